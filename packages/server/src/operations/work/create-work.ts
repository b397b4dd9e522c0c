import type { PushWish } from '@codetether/protocol/push-config'
import type { WorkRequest } from '@codetether/protocol/work/create-work'
import type { Context } from '../../context.ts'
import { newId } from '../../ids.ts'
import type { Principal } from '../../principal.ts'
import { submitTask } from '../submit-task.ts'
import { workerAgentFor } from './worker-agent.ts'

export interface NewWorkOptions {
  request: WorkRequest
  /** By which a request that comes again is known. */
  key: string | null
  newSession?: string
  resumes?: string
  /** Who wants to be told of it. */
  push?: PushWish | null
  /** False: it may be taken also while its codebase is not watched. */
  held?: boolean
}

/**
 * Stores work for workers; those that may take it are woken. With a key, sending it again finds its task. `newSession` is the
 * session of a task that asks for none: another one each time, so it is not part of what is compared. Nor is `resumes`, by which
 * id the worker knows the session that the task goes on with.
 * Throws WEBHOOK_URL_FORBIDDEN, and CONFLICT for another request with the key.
 * @returns the id of the task, and whether it is new.
 */
export async function createWork(
  ctx: Context,
  principal: Principal,
  { request: asked, key, newSession, resumes, push = null, held }: NewWorkOptions,
): Promise<{ taskId: string; isNew: boolean }> {
  const metadata = resumes === undefined ? asked.metadata : { ...asked.metadata, resume_session_id: resumes }
  const request = { ...asked, metadata, session_id: asked.session_id ?? newSession }
  if (push) await ctx.outbound.check(push.url)
  const { agent } = await workerAgentFor(ctx, principal, request, held)
  const submitted = await submitTask(ctx, principal, {
    message: { messageId: key ?? newId(), role: 'user', parts: [{ text: request.prompt }] },
    messageIdGiven: key !== null,
    contextId: agent.serialKey,
    agent,
    routing: 'worker',
    metadata: request.metadata,
    wireVersion: '1.0',
    push,
    asked: push ? [asked, push] : asked,
  })
  return submitted.isNew ? { taskId: submitted.task.id, isNew: true } : { taskId: submitted.taskId, isNew: false }
}
