import { isDeepStrictEqual } from 'node:util'
import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { Message } from '@codetether/protocol/message'
import type { TaskEvent } from '@codetether/protocol/task-event'
import { isInterrupted, isTerminal } from '@codetether/protocol/task-state'
import type { Context } from '../context.ts'
import type { Principal } from '../principal.ts'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import type { TaskRow } from '../store/tasks.ts'
import { applyEvents } from './apply-events.ts'
import { getTask } from './get-task.ts'
import { attemptBegins, startAttempt } from './run-attempt.ts'

export interface FollowUp {
  taskId: string
  contextId: string | null
  message: Message
}

/** Was this message sent before? Throws CONFLICT if its id was, with other content. */
function isKnown(messages: TaskSnapshot['messages'], message: Message): boolean {
  const known = messages.find(m => m.message.messageId === message.messageId)
  if (known && !isDeepStrictEqual(known.message, message))
    throw new PlatformError('CONFLICT', `message id ${message.messageId} was used for another message`)
  return known !== undefined
}

/**
 * Hands the caller's answer to a task that waits for one; its agent goes on with it. Sending it again changes nothing.
 * @returns the task with the answer, before its agent has done anything; null if it had the answer already.
 */
export async function continueTask(
  ctx: Context,
  principal: Principal,
  followUp: FollowUp,
): Promise<TaskSnapshot | null> {
  const { task, messages, artifacts } = await getTask(ctx, principal, followUp.taskId, limits.historyLength)
  if (followUp.contextId !== null && followUp.contextId !== task.contextId)
    throw new PlatformError('INVALID_PARAMS', 'the task belongs to another context', {
      fieldViolations: [{ field: 'message.contextId', description: 'is not the context of message.taskId' }],
    })
  if (isKnown(messages, followUp.message)) return null
  if (!isInterrupted(task.state)) throw refusal(task)

  const lease = { owner: ctx.instanceId, token: crypto.randomUUID(), afterLoss: false }
  const events: TaskEvent[] = [{ kind: 'message', message: followUp.message }, ...attemptBegins(task.attempt + 1)]
  const row = await applyEvents(ctx, {
    tenantId: principal.tenantId,
    principal: principal.id,
    taskId: task.id,
    actor: principal.id,
    from: [task.state],
    // The answer is to the question that was read, and to no later one.
    lastSeq: task.lastSeq,
    lease,
    events,
  })
  if (!row) {
    // Somebody was quicker: the same message sent twice at once, or another one.
    const now = await getTask(ctx, principal, task.id, limits.historyLength)
    if (isKnown(now.messages, followUp.message)) return null
    throw new PlatformError('CONFLICT', 'the task has just been answered or ended')
  }
  const history = [...messages.map(m => m.message), followUp.message]
  const fence = { attempt: row.attempt, token: lease.token }
  startAttempt(ctx, { principal, task: row, history, fence })
  const answer = { seq: row.lastSeq - events.length + 1, message: followUp.message }
  return { task: row, messages: [...messages, answer], artifacts }
}

const refusal = ({ id, state }: TaskRow) =>
  new PlatformError(
    'UNSUPPORTED_OPERATION',
    isTerminal(state)
      ? `the task is ${state}: send a message without taskId to start another one`
      : `the task is ${state} and does not wait for a message`,
    { metadata: { taskId: id, state } },
  )
