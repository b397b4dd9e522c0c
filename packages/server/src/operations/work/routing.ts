import type { JsonObject } from '@codetether/protocol/json'
import type { WorkRequest } from '@codetether/protocol/work/create-work'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { findTakers, type Lane } from '../../store/lanes.ts'
import { getCodebase } from './codebases.ts'

/** Where a task waits, and how that was found: what `metadata.routing` tells. */
export interface Routed {
  lane: number
  codebaseId: string | null
  routing: JsonObject
  /** How many workers may take it and were heard of in the last minutes. */
  present: number
}

/** What a task without a codebase is called on the wire: it is for workers that take such tasks. */
const globalCodebase = 'global'

/** Finds the lane of a task; with `held` it waits for as long as its codebase is not watched. Throws NOT_FOUND for a codebase that is not there. */
export async function routeWork(
  ctx: Context,
  principal: Principal,
  request: WorkRequest,
  held = true,
): Promise<Routed> {
  const { tenantId } = principal
  const codebaseId = request.codebaseId === globalCodebase ? null : request.codebaseId
  if (codebaseId !== null) await getCodebase(ctx, principal, codebaseId)
  const lane: Lane = {
    principal: principal.id,
    workerId: request.target_worker_id ?? null,
    agentName: request.target_agent_name?.toLowerCase() ?? null,
    codebaseId,
    capabilities: request.required_capabilities,
    modelRef: request.modelRef,
    held: held && codebaseId !== null,
  }
  const id = await ctx.lanes.idOf(tenantId, lane)
  const takers = await ctx.store.read(tenantId, tx => findTakers(tx, tenantId, id))
  const present = takers.filter(taker => taker.isThere).length
  return { lane: id, codebaseId, routing: describe(lane, { workers: takers.length, present }), present }
}

/** Only what was asked for, and whether anybody who is registered could ever take the task. */
function describe(lane: Lane, { workers, present }: { workers: number; present: number }): JsonObject {
  const { workerId, agentName, codebaseId, capabilities, modelRef } = lane
  return {
    ...(workerId !== null && { target_worker_id: workerId }),
    ...(agentName !== null && { target_agent_name: agentName }),
    codebase_id: codebaseId ?? globalCodebase,
    ...(capabilities.length > 0 && { required_capabilities: [...capabilities] }),
    ...(modelRef !== null && { model_ref: modelRef }),
    workers,
    workers_online: present,
    ...(workers === 0 && { warning: warningOf(lane) }),
  }
}

function warningOf({ workerId, agentName, codebaseId, capabilities, modelRef }: Lane): string {
  const demands = [
    workerId !== null && `has the id ${workerId}`,
    agentName !== null && `answers to ${agentName}`,
    codebaseId === null ? 'takes tasks without a codebase' : 'has the codebase, which must be watched',
    capabilities.length > 0 && `can ${capabilities.join(', ')}`,
    modelRef !== null && `has the model ${modelRef}`,
  ].filter(demand => demand !== false)
  return `no registered worker may take this task; it waits for one that ${demands.join(' and ')}`
}
