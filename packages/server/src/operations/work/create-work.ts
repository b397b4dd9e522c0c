import type { WorkRequest } from '@codetether/protocol/work/create-work'
import type { Context } from '../../context.ts'
import { newId } from '../../ids.ts'
import type { Principal } from '../../principal.ts'
import { submitTask } from '../submit-task.ts'
import { workerAgentFor } from './worker-agent.ts'

/**
 * Stores work for workers; those that may take it are woken. With a key, sending it again finds its task.
 * @returns the id of the task, and whether it is new.
 */
export async function createWork(
  ctx: Context,
  principal: Principal,
  { request, key }: { request: WorkRequest; key: string | null },
): Promise<{ taskId: string; isNew: boolean }> {
  const { agent } = await workerAgentFor(ctx, principal, request)
  const submitted = await submitTask(ctx, principal, {
    message: { messageId: key ?? newId(), role: 'user', parts: [{ text: request.prompt }] },
    messageIdGiven: key !== null,
    contextId: request.session_id ?? null,
    agent,
    routing: 'worker',
    metadata: request.metadata,
    wireVersion: '1.0',
    push: null,
  })
  return submitted.isNew ? { taskId: submitted.task.id, isNew: true } : { taskId: submitted.taskId, isNew: false }
}
