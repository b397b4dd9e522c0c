import type { JsonObject } from '@codetether/protocol/json'
import type { WorkRequest } from '@codetether/protocol/work/create-work'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { findStandings, type Lane } from '../../store/lanes.ts'
import { chooseModel, type ModelChoice } from './choose-model.ts'
import { getCodebase } from './get-codebase.ts'
import { warningOf } from './standing.ts'

/** Where a task waits, and how that was found. */
export interface Routed {
  lane: number
  codebaseId: string | null
  modelRef: string | null
  /** What was decided for good: `metadata.routing` of the task. */
  decision: JsonObject
  /** A worker that may take it was heard of in the last minutes. */
  isExpected: boolean
  /** Set if nobody who is registered may take it: what is missing. */
  warning: string | null
}

/** What a task without a codebase is called on the wire: it is for workers that take such tasks. */
const globalCodebase = 'global'

/**
 * Decides which workers may take a task and which model it gets, and finds its lane; with `held` it waits for as long as its codebase
 * is not watched. Throws NOT_FOUND for a codebase that is not there, and INVALID_PARAMS for a model that nobody knows.
 */
export async function routeWork(
  ctx: Context,
  principal: Principal,
  request: WorkRequest,
  held = true,
): Promise<Routed> {
  const { tenantId } = principal
  const codebaseId = request.codebaseId === globalCodebase ? null : request.codebaseId
  const model = chooseModel(ctx.config.routing, request)
  if (codebaseId !== null) await getCodebase(ctx, principal, codebaseId)
  const lane: Lane = {
    principal: principal.id,
    workerId: request.target_worker_id ?? null,
    agentName: agentOf(ctx, request),
    codebaseId,
    capabilities: request.required_capabilities,
    // What the operator has chosen is no demand: a task must not wait for a model that nobody has asked for.
    modelRef: model.source === 'explicit' ? model.modelRef : null,
    held: held && codebaseId !== null,
  }
  const decision = describe(lane, request, model)
  return { ...(await placeIn(ctx, tenantId, lane, decision)), codebaseId, modelRef: model.modelRef, decision }
}

/** Finds a lane, and who may take from it; `decision` is that of a task with these demands. */
export async function placeIn(
  ctx: Context,
  tenantId: string,
  lane: Lane,
  decision: JsonObject,
): Promise<Pick<Routed, 'lane' | 'isExpected' | 'warning'>> {
  const id = await ctx.lanes.idOf(tenantId, lane)
  // Whoever waits here for such tasks need not be asked for in the database.
  if (await ctx.workers.isAwaited({ tenantId, lane: id })) return { lane: id, isExpected: true, warning: null }
  const [standing] = await ctx.store.read(tenantId, tx => findStandings(tx, tenantId, [id]))
  const isExpected = standing !== undefined && standing.present > 0
  return { lane: id, isExpected, warning: standing ? warningOf(standing, decision) : null }
}

function agentOf({ config }: Context, request: WorkRequest): string | null {
  const { target_agent_name: named, worker_personality: personality } = request
  if (named !== undefined) return named.toLowerCase()
  if (personality === undefined) return null
  return (config.routing.personalityAgents.get(personality) ?? personality).toLowerCase()
}

function describe(lane: Lane, { worker_personality, budget }: WorkRequest, model: ModelChoice): JsonObject {
  const { workerId, agentName, codebaseId, capabilities } = lane
  return {
    ...(worker_personality !== undefined && { worker_personality }),
    ...(workerId !== null && { target_worker_id: workerId }),
    ...(agentName !== null && { target_agent_name: agentName }),
    codebase_id: codebaseId ?? globalCodebase,
    ...(capabilities.length > 0 && { required_capabilities: [...capabilities] }),
    complexity: model.complexity,
    complexity_score: model.score,
    ...(budget !== undefined && { budget }),
    model_tier: model.tier,
    model_ref: model.modelRef,
    ...(model.source !== null && { model_source: model.source, model_required: lane.modelRef !== null }),
  }
}
