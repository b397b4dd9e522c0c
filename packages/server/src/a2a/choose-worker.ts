import type { Routing } from '@codetether/agents/choose-agent'
import type { JsonObject } from '@codetether/protocol/json'
import { textOf } from '@codetether/protocol/message'
import { CreateWork } from '@codetether/protocol/work/create-work'
import type { WorkerAgent } from '../operations/submit-task.ts'
import { workerAgentFor, workerAgentName } from '../operations/work/worker-agent.ts'
import { parseParams } from '../parse-params.ts'
import { isWorkerName } from '../store/workers.ts'
import type { Call } from './method.ts'
import type { StartRequest } from './start-request.ts'

/** What workers answer with. */
export const workerModes = { name: workerAgentName, outputModes: ['text/plain'] } as const

/** What a message may demand of workers, in its metadata or in that of the call. */
const demandKeys = [
  'codebase_id',
  'workspace_id',
  'target_worker_id',
  'required_capabilities',
  'model',
  'model_ref',
  'worker_personality',
  'session_id',
] as const

/** What it may say beside that. */
const moreKeys = ['title', 'agent_type', 'priority', 'deadline_seconds', 'time_limit_seconds', 'max_attempts'] as const

/** What others call so too: it counts only in a message that is for workers by its own words. */
const hintKeys = ['files', 'budget'] as const

const pick = (from: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(keys.flatMap(key => (from[key] === undefined ? [] : [[key, from[key]]])))

/**
 * The workers as the agent of a message: if it names one of them, demands what only workers have, or if no agent of the server
 * understands it and a worker would take it. Null if it is not for workers.
 */
export async function chooseWorker(
  { ctx, principal, agent }: Call<unknown>,
  { message, metadata }: StartRequest,
  choice: Routing,
): Promise<WorkerAgent | null> {
  if (agent || ('agent' in choice && choice.reason !== 'fallback')) return null
  const { tenantId } = principal
  const given = { ...metadata, ...message.metadata }
  const demands = pick(given, demandKeys)
  const name = 'unknown' in choice ? choice.unknown : null
  const isNamed = name?.toLowerCase() === workerAgentName.toLowerCase()
  if (name !== null && !isNamed) {
    const asked = { tenantId, name, principal: principal.id }
    if (!(await ctx.store.read(tenantId, tx => isWorkerName(tx, asked)))) return null
    demands.target_agent_name = name
  }
  const isDemanded = isNamed || Object.keys(demands).length > 0
  if (!isDemanded && !(await ctx.workers.anyFor(principal))) return null
  const prompt = textOf(message.parts)
  const keys = isDemanded ? [...moreKeys, ...hintKeys] : moreKeys
  const request = parseParams(CreateWork, { ...pick(given, keys), ...demands, prompt }, path => `metadata.${path}`)
  const { agent: worker, isExpected } = await workerAgentFor(ctx, principal, request)
  return isDemanded || isExpected ? worker : null
}
