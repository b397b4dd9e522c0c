import { PlatformError } from '@codetether/protocol/errors'
import type { WorkerAgentDefinition } from '@codetether/protocol/work/agent-definition'
import type { WorkerRegistration } from '@codetether/protocol/work/register-worker'
import type { Context } from '../../context.ts'
import { newId } from '../../ids.ts'
import type { Principal } from '../../principal.ts'
import { type LockedAgents, lockAgents } from '../../store/worker-agents.ts'
import { type OwnedCodebase, putOwnedCodebases } from '../../store/worker-codebases.ts'
import { putWorker, setWorkerState, type WorkerRow } from '../../store/workers.ts'
import { newWorkerSecret } from '../../worker-token.ts'
import { giveBackAll } from './give-back.ts'
import { takeBackNotices } from './take-back-notices.ts'
import { wakeForCodebases } from './wake-for-codebases.ts'
import { withOwnName } from './worker-agents.ts'
import { claimOf, servesAll } from './worker-claim.ts'
import { type ActingWorker, callerOf, getWorker, notYours } from './worker-of.ts'

export interface Registered {
  worker: WorkerRow
  /** Null for a worker that has registered again with its own token, which it keeps. */
  token: string | null
}

/**
 * Registers a worker, or takes what it says of itself now. Its id belongs to whoever has registered it first.
 * Throws FORBIDDEN for the id of somebody else's worker and for what the caller's workers may not be, and UNAUTHENTICATED for a worker that was unregistered: its token is
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
    const locked = await lockAgents(tx, tenantId, given.worker_id)
    const row = rowOf(ctx, callerOf(principal), { given, known: locked })
    const stored = await putWorker(tx, { ...row, tenantId, tokenHash: secret.hash }, isSelf)
    if (stored === null) return null
    const owner = { tenantId, workerId: given.worker_id, principal: stored.principal, servesAll: row.servesAll }
    await putOwnedCodebases(tx, owner, given.codebases.map(toOwned))
    return stored.key
  })
  if (key === null) throw isSelf ? ended() : notYours(given.worker_id)
  ctx.workers.forget()
  await takeBackNotices(ctx, { tenantId, workerId: given.worker_id })
  const worker = await getWorker(ctx, principal, given.worker_id)
  return { worker, token: isSelf ? null : secret.tokenFor(tenantId, key) }
}

interface Told {
  given: WorkerRegistration
  /** What is known of the worker that has registered before. */
  known: LockedAgents | null
}

function rowOf(ctx: Context, owner: string, { given, known }: Told) {
  const { name, capabilities, models } = given
  const definitions = withOwnName(name, given.agents ?? keptAgents(known))
  const claim = claimOf({ capabilities, definitions, modelRefs: models.map(model => model.ref) })
  return {
    id: given.worker_id,
    principal: owner,
    name,
    hostname: given.hostname ?? null,
    ...claim,
    definitions,
    models: JSON.parse(JSON.stringify(models)),
    roots: given.roots,
    takesGlobal: given.global,
    servesAll: servesAll(ctx, { owner, claim, wish: given.shared }),
  }
}

/** A worker that does not speak of agents, as when it comes back, keeps those that were defined for it. */
const keptAgents = (known: LockedAgents | null): WorkerAgentDefinition[] =>
  known ? known.definitions.filter(({ id }) => id !== known.name.toLowerCase()) : []

/**
 * Takes what codebases a worker has from now on; what it runs elsewhere it goes on with. Tasks that wait for one of them are offered.
 * Throws UNAUTHENTICATED for a worker that was unregistered.
 * @returns them. Ids that nobody knows are left out.
 */
export async function ownCodebases(
  ctx: Context,
  { tenantId, workerId }: ActingWorker,
  given: WorkerRegistration['codebases'],
): Promise<{ codebaseId: string; path: string }[]> {
  const owned = await ctx.store.transact(tenantId, async tx => {
    const locked = await lockAgents(tx, tenantId, workerId)
    if (!locked) throw ended()
    const { principal, servesAll } = locked
    return putOwnedCodebases(tx, { tenantId, workerId, principal, servesAll }, given.map(toOwned))
  })
  const ids = owned.map(codebase => codebase.codebaseId)
  await wakeForCodebases(ctx, { tenantId, workerId }, ids)
  return owned
}

const toOwned = ({ id, name, path }: WorkerRegistration['codebases'][number]): OwnedCodebase => ({
  newId: newId(),
  id: id ?? null,
  name: name ?? path?.split(/[\\/]/).findLast(part => part !== '') ?? 'codebase',
  path: path ?? null,
})

const ended = () => new PlatformError('UNAUTHENTICATED', 'the worker was unregistered: register it again')

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
