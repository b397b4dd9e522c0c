import type { Context } from '../context.ts'
import { findHeld } from '../store/leases.ts'

/** Aborts those of these runs whose tasks were canceled or taken over: what they write would be refused. */
export async function abortLost(
  { store, running, instanceId }: Pick<Context, 'store' | 'running' | 'instanceId'>,
  tokens: readonly string[],
): Promise<void> {
  if (tokens.length === 0) return
  const held = new Set(await store.system(tx => findHeld(tx, instanceId, tokens)))
  const lost = tokens.filter(token => !held.has(token))
  running.abortTokens(lost, new Error('the task was canceled, or runs elsewhere'))
}
