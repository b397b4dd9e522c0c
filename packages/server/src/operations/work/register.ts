import { PlatformError } from '@codetether/protocol/errors'
import type { WorkerRegistration } from '@codetether/protocol/work/register-worker'
import type { Context } from '../../context.ts'
import { newId } from '../../ids.ts'
import type { Principal } from '../../principal.ts'
import { type OwnedCodebase, putOwnedCodebases } from '../../store/worker-codebases.ts'
import { findWorker, putWorker, setWorkerState, type WorkerRow } from '../../store/workers.ts'
import { newWorkerSecret } from '../../worker-token.ts'
import { giveBackAll } from './give-back.ts'

export interface Registered {
  worker: WorkerRow
  /** Null for a worker that has registered again with its own token, which it keeps. */
  token: string | null
}

/**
 * Registers a worker, or takes what it says of itself now. Its id belongs to whoever has registered it first.
 * Throws FORBIDDEN for the id of somebody else's worker, and UNAUTHENTICATED for a worker that was unregistered: its token is
 * known for a few seconds more.
 */
export async function registerWorker(
  ctx: Context,
  principal: Principal,
  given: WorkerRegistration,
): Promise<Registered> {
  const { tenantId } = principal
  const isSelf = principal.worker?.id === given.worker_id
  if (principal.worker && !isSelf) throw notYours(given.worker_id)
  const secret = newWorkerSecret()
  const key = await ctx.store.transact(tenantId, async tx => {
    const stored = await putWorker(tx, { ...rowOf(principal, given), tokenHash: secret.hash }, isSelf)
    if (stored === null) return null
    const owner = { tenantId, workerId: given.worker_id, principal: stored.principal }
    await putOwnedCodebases(tx, owner, given.codebases.map(toOwned))
    return stored.key
  })
  if (key === null) throw isSelf ? ended() : notYours(given.worker_id)
  ctx.workers.forget()
  const worker = await getWorker(ctx, principal, given.worker_id)
  return { worker, token: isSelf ? null : secret.tokenFor(tenantId, key) }
}

const rowOf = ({ tenantId, id }: Principal, given: WorkerRegistration) => ({
  tenantId,
  id: given.worker_id,
  principal: id,
  name: given.name,
  hostname: given.hostname ?? null,
  capabilities: given.capabilities,
  agents: [...new Set([given.name, ...given.agents].map(name => name.toLowerCase()))],
  modelRefs: [...new Set(given.models.map(model => model.ref))],
  models: JSON.parse(JSON.stringify(given.models)),
  takesGlobal: given.global,
})

const toOwned = ({ id, name, path }: WorkerRegistration['codebases'][number]): OwnedCodebase => ({
  newId: newId(),
  id: id ?? null,
  name: name ?? path?.split(/[\\/]/).findLast(part => part !== '') ?? 'codebase',
  path: path ?? null,
})

const notYours = (workerId: string) =>
  new PlatformError('FORBIDDEN', `the worker id ${workerId} belongs to somebody else`, { metadata: { workerId } })

const ended = () => new PlatformError('UNAUTHENTICATED', 'the worker was unregistered: register it again')

/** Throws NOT_FOUND. */
export async function getWorker({ store }: Context, { tenantId }: Principal, id: string): Promise<WorkerRow> {
  const worker = await store.read(tenantId, tx => findWorker(tx, tenantId, id))
  if (worker && worker.state !== 'unregistered') return worker
  throw new PlatformError('NOT_FOUND', 'there is no such worker', { metadata: { workerId: id } })
}

/**
 * Ends a worker: it gets no more tasks, its token is refused, and what it holds waits for others at once. With `drain` it goes on
 * with what it holds and gets nothing new. Throws NOT_FOUND, or FORBIDDEN for somebody else's.
 */
export async function unregisterWorker(
  ctx: Context,
  principal: Principal,
  { id, drain }: { id: string; drain: boolean },
): Promise<{ requeued: number }> {
  const worker = await getWorker(ctx, principal, id)
  if (principal.worker ? principal.worker.id !== id : worker.principal !== principal.id) throw notYours(id)
  const { tenantId } = principal
  await ctx.store.transact(tenantId, tx =>
    setWorkerState(tx, { tenantId, id, state: drain ? 'draining' : 'unregistered' }),
  )
  ctx.workers.forget()
  if (drain) return { requeued: 0 }
  const acting = { tenantId, workerId: id, key: worker.key, actor: `worker:${id}` }
  return { requeued: await giveBackAll(ctx, acting) }
}
