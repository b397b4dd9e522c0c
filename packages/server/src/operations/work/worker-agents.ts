import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { definitionOf, type WorkerAgentDefinition } from '@codetether/protocol/work/agent-definition'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { lockAgents, setAgents } from '../../store/worker-agents.ts'
import { takeBackNotices } from './take-back-notices.ts'
import { claimOf, servesAll } from './worker-claim.ts'
import { getWorker, notYours } from './worker-of.ts'

/** Every worker answers to its own name. */
export function withOwnName(name: string, definitions: readonly WorkerAgentDefinition[]): WorkerAgentDefinition[] {
  const own = definitionOf({ name })
  return [...new Map([own, ...definitions].map(definition => [definition.id, definition])).values()]
}

interface Change {
  workerId: string
  /** Of all agents of the worker, by their ids. May throw. */
  apply(known: Map<string, WorkerAgentDefinition>, ownId: string): void
}

/**
 * Changes as which agents a worker answers. Throws NOT_FOUND, and FORBIDDEN for somebody else's worker, or for an agent that a worker
 * for everybody may not be.
 */
async function changeAgents(ctx: Context, principal: Principal, { workerId, apply }: Change): Promise<void> {
  const worker = await getWorker(ctx, principal, workerId)
  if (principal.worker ? principal.worker.id !== workerId : worker.principal !== principal.id) throw notYours(workerId)
  const { tenantId } = principal
  await ctx.store.transact(tenantId, async tx => {
    const locked = await lockAgents(tx, tenantId, workerId)
    if (!locked) return
    const known = new Map(locked.definitions.map(definition => [definition.id, definition]))
    apply(known, locked.name.toLowerCase())
    const definitions = [...known.values()]
    const claim = claimOf({ ...locked, definitions })
    if (locked.servesAll) servesAll(ctx, { owner: locked.principal, claim, wish: true })
    await setAgents(tx, { tenantId, workerId, definitions, modelRefs: claim.modelRefs })
  })
  ctx.workers.forget()
  await takeBackNotices(ctx, { tenantId, workerId })
}

/** Adds an agent, or replaces it unless `isNew`: then it is a CONFLICT if it is known. At most 64 of a worker. */
export const putAgent = (
  ctx: Context,
  principal: Principal,
  { workerId, definition, isNew }: { workerId: string; definition: WorkerAgentDefinition; isNew: boolean },
): Promise<void> =>
  changeAgents(ctx, principal, {
    workerId,
    apply(known, ownId) {
      const isKnown = known.has(definition.id)
      // The own name is there by itself, so that whoever describes it first does so for the first time.
      if (isNew && isKnown && definition.id !== ownId)
        throw new PlatformError('CONFLICT', 'the worker has this agent already', {
          metadata: { agentId: definition.id },
        })
      if (!isKnown && known.size > limits.labels)
        throw new PlatformError('INVALID_PARAMS', `a worker has at most ${limits.labels} agents`)
      known.set(definition.id, definition)
    },
  })

/** Removes an agent. Throws NOT_FOUND, and CONFLICT for the worker's own name. */
export const removeAgent = (
  ctx: Context,
  principal: Principal,
  { workerId, agentId }: { workerId: string; agentId: string },
): Promise<void> =>
  changeAgents(ctx, principal, {
    workerId,
    apply(known, ownId) {
      if (agentId === ownId) throw new PlatformError('CONFLICT', 'a worker always answers to its own name')
      if (!known.delete(agentId))
        throw new PlatformError('NOT_FOUND', 'the worker has no such agent', { metadata: { agentId } })
    },
  })
