import type { WorkRequest } from '@codetether/protocol/work/create-work'
import type { Context } from '../../context.ts'
import { newId } from '../../ids.ts'
import type { Principal } from '../../principal.ts'
import { submitTask } from '../submit-task.ts'
import { workerAgentFor } from './worker-agent.ts'

/**
 * Stores work for workers; those that may take it are woken. With a key, sending it again finds its task. `newSession` is the
 * session of a task that asks for none: another one each time, so it is not part of what is compared.
 * @returns the id of the task, and whether it is new.
 */
export async function createWork(
  ctx: Context,
  principal: Principal,
  { request: asked, key, newSession }: { request: WorkRequest; key: string | null; newSession?: string },
): Promise<{ taskId: string; isNew: boolean }> {
  const request = { ...asked, session_id: asked.session_id ?? newSession }
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
    asked,
  })
  return submitted.isNew ? { taskId: submitted.task.id, isNew: true } : { taskId: submitted.taskId, isNew: false }
}
