import type { Agent } from '@codetether/agents/define-agent'
import { PlatformError } from '@codetether/protocol/errors'
import type { JsonObject } from '@codetether/protocol/json'
import type { Message } from '@codetether/protocol/message'
import type { PushWish } from '@codetether/protocol/push-config'
import type { LoggedEvent, TaskEvent } from '@codetether/protocol/task-event'
import type { Context } from '../context.ts'
import { newId } from '../ids.ts'
import type { Principal } from '../principal.ts'
import type { NewTask, QueuePlace } from '../store/insert-tasks.ts'
import { readyForWorker } from '../store/lease.ts'
import type { Plan } from '../store/plan.ts'
import type { NewPushConfig } from '../store/push-configs.ts'
import { findRequest } from '../store/requests.ts'
import type { TaskRow, WireVersion } from '../store/tasks.ts'
import type { NewWork } from '../store/work.ts'
import { agentText } from './agent-text.ts'
import { answerAtOnce } from './answer-at-once.ts'
import { hashRequest } from './hash-request.ts'
import { extractFiles } from './inline-files.ts'
import { loggedEvents } from './logged-events.ts'
import { admit } from './new-lease.ts'
import { planEvents } from './plan-events.ts'
import { sealPushConfig } from './push-configs.ts'
import { attemptBegins, startAttempt } from './run-attempt.ts'
import { endOrphan } from './work/end-orphan.ts'

/** Workers carry the task out: what they are told of it, and where it waits for them. */
export interface WorkerAgent {
  name: string
  work: NewWork
  queue: QueuePlace
  /** It waits for so many seconds before anybody may take it. */
  delaySeconds: number
  /** Tasks with the same key run one at a time. */
  serialKey: string | null
  /** What its caller is told of how it waits. */
  notice: string | null
}

export interface Submission {
  /** The id of the task, if it was said before. */
  id?: string
  message: Message
  /** False if the message id was made here: then there is nothing to attach to. */
  messageIdGiven: boolean
  contextId: string | null
  agent: Agent | WorkerAgent
  routing: string
  metadata: JsonObject | null
  wireVersion: WireVersion
  /** Who wants to be told of the task; the URL is checked. */
  push: PushWish | null
  /** What the caller has said, if that is more than the message: sent again it must be the same. */
  asked?: unknown
}

export type Submitted =
  | { isNew: true; task: TaskRow; message: Message; events: LoggedEvent[] }
  /** The message id was accepted before: this is its task. */
  | { isNew: false; taskId: string }

const hashOf = ({ message, contextId, metadata, asked }: Submission): string =>
  hashRequest(asked === undefined ? [message, contextId, metadata] : [asked])

/**
 * Stores a task and, once it is committed, starts its agent. A pure agent has answered by then: its submission and its
 * answer are one transaction. Sending a message id again finds its task; with another body it is a CONFLICT.
 */
export async function submitTask(ctx: Context, principal: Principal, submission: Submission): Promise<Submitted> {
  const { agent, message } = submission
  const isWork = 'work' in agent
  using admission = isWork || agent.pure ? null : admit(ctx, agent.serial)
  const lease = isWork ? readyForWorker(agent.delaySeconds) : (admission?.lease ?? null)
  const events: TaskEvent[] = [{ kind: 'created' }]
  if (isWork && agent.notice !== null) events.push(waitsBecause(agent.notice))
  if (!isWork && agent.pure) events.push(...(await answerAtOnce(ctx, agent, message)))
  else if (lease?.owner) events.push(...attemptBegins(1))

  const task = newTask(principal, submission, lease)
  const push =
    submission.push && sealPushConfig(ctx, principal, { ...submission, taskId: task.id, wish: submission.push })
  const work = isWork ? agent.work : null
  const stored = await store(ctx, principal, { ...task, events, message, actor: agent.name, push, work })
  if (!stored) return attach(ctx, principal, submission)
  if (push) ctx.pushes.wake()
  const row = {
    ...toRow(principal, task, stored.plan, stored.at),
    hasPush: push !== null,
    decision: work?.routing ?? null,
  }
  if (lease?.owner) {
    const fence = { attempt: 1, token: lease.token }
    startAttempt(ctx, { principal, task: row, history: [message], fence })
  } else if (task.queue) ctx.workers.wake({ tenantId: principal.tenantId, lane: task.queue.lane })
  else if (lease) ctx.work.wake()
  if (work && work.codebaseId !== null) await settleIn(ctx, principal, { taskId: task.id, codebaseId: work.codebaseId })
  return { isNew: true, task: row, message, events: loggedEvents(events, { seq: 0, generation: 0, at: stored.at }) }
}

/** It is no answer, and no part of the conversation: it stands while the task waits. */
const waitsBecause = (text: string): TaskEvent => ({
  kind: 'status',
  state: 'submitted',
  message: agentText(text),
  metadata: { routing: { warning: text } },
})

/** Tells those who watch a codebase: not of the task's lane, which nobody watches if it is new. */
async function settleIn(
  ctx: Context,
  { tenantId, id: actor }: Principal,
  placed: { taskId: string; codebaseId: string },
): Promise<void> {
  ctx.activity.publish(placed.codebaseId)
  await endOrphan(ctx, { tenantId, actor, ...placed })
}

function newTask(principal: Principal, submission: Submission, lease: NewTask['lease']): Omit<NewTask, 'plan'> {
  const { agent, contextId = null, routing, wireVersion, metadata, message, messageIdGiven } = submission
  const context = contextId ?? newId()
  const isWork = 'work' in agent
  return {
    id: submission.id ?? newId(),
    principal: principal.id,
    contextId: context,
    agent: agent.name,
    routing,
    wireVersion,
    metadata,
    request: messageIdGiven ? { messageId: message.messageId, hash: hashOf(submission) } : null,
    lease,
    serialKey: serialKeyOf(agent, context),
    queue: isWork ? agent.queue : null,
  }
}

function serialKeyOf(agent: Submission['agent'], context: string): string | null {
  if ('work' in agent) return agent.serialKey
  return agent.serial ? context : null
}

interface Storable extends Omit<NewTask, 'plan'> {
  events: readonly TaskEvent[]
  message: Message
  actor: string
  push: NewPushConfig | null
  work: NewWork | null
}

/** @returns null if the message id is known already. */
async function store(ctx: Context, { tenantId }: Principal, { events, message, actor, push, work, ...task }: Storable) {
  const asEvent: TaskEvent = { kind: 'message', message }
  const extracted = extractFiles([asEvent, ...events])
  const [first, ...rest] = extracted.events
  const plan = planEvents(rest, actor)
  if (first?.kind === 'message') plan.messages.unshift({ offset: 1, message: first.message })
  const at = await ctx.submissions.add(tenantId, { task: { ...task, plan }, blobs: extracted.blobs, push, work })
  return at && { plan, at }
}

async function attach(ctx: Context, principal: Principal, submission: Submission): Promise<Submitted> {
  const { tenantId, id } = principal
  const { messageId } = submission.message
  const known = await ctx.store.read(tenantId, tx =>
    findRequest(tx, { tenantId, principal: id, agent: submission.agent.name, messageId }),
  )
  if (!known) throw new PlatformError('UNAVAILABLE', 'the message is being stored, try again', { retryAfter: 1 })
  if (known.hash !== hashOf(submission))
    throw new PlatformError('CONFLICT', `message id ${messageId} was used for another message`, {
      metadata: { taskId: known.taskId },
    })
  return { isNew: false, taskId: known.taskId }
}

const toRow = (
  { tenantId }: Principal,
  task: Omit<NewTask, 'plan'>,
  plan: Plan,
  at: Date,
): Omit<TaskRow, 'hasPush' | 'decision'> => ({
  ...task,
  tenantId,
  state: plan.state ?? 'submitted',
  statusMessage: plan.statusMessage,
  statusSeq: plan.statusOffset ?? 1,
  statusAt: at,
  lastSeq: plan.count,
  generation: plan.visible,
  attempt: task.lease?.owner ? 1 : 0,
  turnSeq: 1,
  lane: task.queue?.lane ?? null,
  workerId: null,
  lostLeases: 0,
  deadLetter: null,
  createdAt: at,
  updatedAt: at,
})
