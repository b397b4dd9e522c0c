import type { WorkRequest } from '@codetether/protocol/work/create-work'
import type { Context } from '../../context.ts'
import { newId } from '../../ids.ts'
import type { Principal } from '../../principal.ts'
import { submitTask } from '../submit-task.ts'
import { routeWork } from './routing.ts'
import { workerAgentName } from './worker-agent.ts'

/**
 * Stores work for workers; those that may take it are woken. With a key, sending it again finds its task.
 * @returns the id of the task, and whether it is new.
 */
export async function createWork(
  ctx: Context,
  principal: Principal,
  { request, key }: { request: WorkRequest; key: string | null },
): Promise<{ taskId: string; isNew: boolean }> {
  const { lane, codebaseId, routing } = await routeWork(ctx, principal, request)
  const submitted = await submitTask(ctx, principal, {
    message: { messageId: key ?? newId(), role: 'user', parts: [{ text: request.prompt }] },
    messageIdGiven: key !== null,
    contextId: request.session_id ?? null,
    agent: {
      name: workerAgentName,
      delaySeconds: request.delay_seconds,
      serialKey: request.session_id ?? null,
      queue: {
        lane,
        priority: request.priority,
        deadlineSeconds: request.deadline_seconds ?? null,
        maxAttempts: request.max_attempts ?? ctx.config.work.attempts,
      },
      work: {
        title: request.title,
        agentType: request.agent_type,
        codebaseId,
        routing,
        modelRef: request.modelRef,
        sessionId: request.session_id ?? null,
        timeLimitSeconds: request.time_limit_seconds ?? null,
      },
    },
    routing: 'worker',
    metadata: request.metadata,
    wireVersion: '1.0',
    push: null,
  })
  return submitted.isNew ? { taskId: submitted.task.id, isNew: true } : { taskId: submitted.taskId, isNew: false }
}
