import type { WorkRequest } from '@codetether/protocol/work/create-work'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { findSession } from '../../store/sessions.ts'
import type { WorkerAgent } from '../submit-task.ts'
import { routeWork } from './routing.ts'

/** Who carries out what is meant for workers, in listings, counters and A2A. */
export const workerAgentName = 'Worker'

/** Workers as the agent of a task (`held` as for `routeWork`), with the place where it waits for them, and whether one is there to take it. */
export async function workerAgentFor(
  ctx: Context,
  principal: Principal,
  request: WorkRequest,
  held?: boolean,
): Promise<{ agent: WorkerAgent; isExpected: boolean }> {
  const { lane, codebaseId, modelRef, decision, isExpected, warning } = await routeWork(ctx, principal, request, held)
  const agent: WorkerAgent = {
    name: workerAgentName,
    delaySeconds: request.delay_seconds,
    serialKey: await lineOf(ctx, principal, { codebaseId, sessionId: request.session_id }),
    notice: warning,
    queue: {
      lane,
      inCodebase: codebaseId !== null,
      priority: request.priority,
      deadlineSeconds: request.deadline_seconds ?? null,
      maxAttempts: request.max_attempts ?? ctx.config.work.attempts,
    },
    work: {
      title: request.title,
      agentType: request.agent_type,
      codebaseId,
      routing: decision,
      modelRef,
      sessionId: request.session_id ?? null,
      timeLimitSeconds: request.time_limit_seconds ?? null,
      errand: null,
    },
  }
  return { agent, isExpected }
}

/** Tasks of a session stand in one line, whichever of its ids they name. */
async function lineOf(
  { store }: Context,
  { tenantId, id: principal }: Principal,
  { codebaseId, sessionId }: { codebaseId: string | null; sessionId: string | undefined },
): Promise<string | null> {
  if (sessionId === undefined) return null
  if (codebaseId === null) return sessionId
  const session = await store.read(tenantId, tx => findSession(tx, { tenantId, codebaseId, id: sessionId }))
  return session?.principal === principal ? (session.serialKey ?? session.id) : sessionId
}
