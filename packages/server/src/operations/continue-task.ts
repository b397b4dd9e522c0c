import { isDeepStrictEqual } from 'node:util'
import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { Message } from '@codetether/protocol/message'
import type { TaskEvent } from '@codetether/protocol/task-event'
import { isInterrupted, isTerminal } from '@codetether/protocol/task-state'
import type { Context } from '../context.ts'
import type { Principal } from '../principal.ts'
import { type Lease, readyForWorker } from '../store/lease.ts'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import { findRequest } from '../store/requests.ts'
import type { TaskRow } from '../store/tasks.ts'
import { applyEvents } from './apply-events.ts'
import { getTask } from './get-task.ts'
import { hashRequest } from './hash-request.ts'
import { admit } from './new-lease.ts'
import { readTurn } from './read-turn.ts'
import { attemptBegins, startAttempt } from './run-attempt.ts'
import { wakeTakers } from './wake-takers.ts'

export interface FollowUp {
  taskId: string
  contextId: string | null
  message: Message
  /** What the caller of this function does before the message is added. Throws what it holds against the task. */
  admit(task: TaskRow): Promise<void>
}

/** Was this message sent before? Throws CONFLICT if its id was, with other content. */
function isKnown(messages: TaskSnapshot['messages'], message: Message): boolean {
  const known = messages.find(m => m.message.messageId === message.messageId)
  if (known && !isDeepStrictEqual(known.message, message)) throw otherMessage(message)
  return known !== undefined
}

const otherMessage = ({ messageId }: Message) =>
  new PlatformError('CONFLICT', `message id ${messageId} was used for another message`)

/** The state of a task may change between reading it and writing to it: by its agent, or by other messages. */
const tries = 20

/**
 * Adds a message of the caller to a task that has not ended. One that waits for it goes on; in one that runs, the message
 * has its turn after those before it. Sending a message again changes nothing.
 * @returns the task with the message, before its agent has done anything; null if it had the message already.
 */
export async function continueTask(
  ctx: Context,
  principal: Principal,
  followUp: FollowUp,
): Promise<TaskSnapshot | null> {
  for (let attempt = 1; ; attempt++) {
    const snapshot = await getTask(ctx, principal, followUp.taskId, limits.historyLength)
    checkContext(snapshot.task, followUp)
    if (isKnown(snapshot.messages, followUp.message)) return null
    if (isTerminal(snapshot.task.state)) throw hasEnded(snapshot.task)
    if (attempt === 1) await followUp.admit(snapshot.task)
    const continued = await addMessage(ctx, principal, { snapshot, message: followUp.message })
    if (continued) return continued
    if (await isStored(ctx, principal, snapshot.task, followUp.message)) return null
    if (attempt === tries)
      throw new PlatformError('UNAVAILABLE', 'the task changes all the time, try again', { retryAfter: 1 })
  }
}

const requestOf = (taskId: string, message: Message) => ({
  messageId: message.messageId,
  hash: hashRequest([taskId, message]),
})

/** The same by its id alone, for a message that was sent twice at once or stands too far back. */
async function isStored({ store }: Context, principal: Principal, task: TaskRow, message: Message): Promise<boolean> {
  const { tenantId } = principal
  const { messageId, hash } = requestOf(task.id, message)
  const key = { tenantId, principal: principal.id, agent: task.agent, messageId }
  const known = await store.read(tenantId, tx => findRequest(tx, key))
  if (known && known.hash !== hash) throw otherMessage(message)
  return known !== null
}

function checkContext(task: TaskRow, { contextId }: FollowUp) {
  if (contextId === null || contextId === task.contextId) return
  throw new PlatformError('INVALID_PARAMS', 'the task belongs to another context', {
    fieldViolations: [{ field: 'message.contextId', description: 'is not the context of message.taskId' }],
  })
}

interface Addition {
  snapshot: TaskSnapshot
  message: Message
}

/** @returns null if the task is in another state by now, or has the message. */
async function addMessage(ctx: Context, principal: Principal, addition: Addition): Promise<TaskSnapshot | null> {
  const { snapshot, message } = addition
  const { task, messages, artifacts } = snapshot
  const isAnswer = isInterrupted(task.state)
  using admission = isAnswer && task.lane === null ? admit(ctx, task.serialKey !== null) : null
  const lease = admission?.lease ?? (isAnswer ? readyForWorker() : null)
  const events: TaskEvent[] = [{ kind: 'message', message }, ...beginning(task, lease)]
  const row = await applyEvents(ctx, {
    tenantId: principal.tenantId,
    principal: principal.id,
    taskId: task.id,
    actor: principal.id,
    from: [task.state],
    request: requestOf(task.id, message),
    ...(lease && {
      lease: { ...lease, begins: lease.owner !== null },
      turn: 'first message' as const,
      lostLeases: 0,
    }),
    events,
  })
  if (!row) return null
  if (lease?.owner) await start(ctx, principal, row, lease)
  else if (lease) wakeTakers(ctx, row)
  else if (row.lane !== null && row.workerId !== null)
    ctx.workers.tell({ tenantId: row.tenantId, workerId: row.workerId }, { kind: 'message', taskId: row.id })
  const added = { seq: row.lastSeq - events.length + 1, message }
  return { task: row, messages: [...messages, added], artifacts }
}

/** What an answer does to the task beside being added: an attempt begins, or the task waits for its turn. */
function beginning({ attempt }: TaskRow, lease: Lease | null): TaskEvent[] {
  if (!lease) return []
  return lease.owner ? attemptBegins(attempt + 1) : [{ kind: 'status', state: 'submitted' }]
}

async function start(ctx: Context, principal: Principal, task: TaskRow, { token }: Lease): Promise<void> {
  const history = await readTurn(ctx, task)
  startAttempt(ctx, { principal, task, history, fence: { attempt: task.attempt, token } })
}

const hasEnded = ({ id, state }: TaskRow) =>
  new PlatformError(
    'UNSUPPORTED_OPERATION',
    `the task is ${state}: send a message without taskId to start another one`,
    { metadata: { taskId: id, state } },
  )
