import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { type Message, textOf } from '@codetether/protocol/message'
import type { WorkRequest } from '@codetether/protocol/work/create-work'
import { ownCapabilities } from '@codetether/protocol/work/errand'
import type { Context } from '../../context.ts'
import { newId } from '../../ids.ts'
import type { Principal } from '../../principal.ts'
import { markRedriven } from '../../store/dead-work.ts'
import { findLaneOf, type Lane } from '../../store/lanes.ts'
import { findWork, type WorkRow } from '../../store/read-work.ts'
import { getTask } from '../get-task.ts'
import { type Submission, submitTask } from '../submit-task.ts'
import { getWork } from './get-work.ts'
import { workerAgentFor } from './worker-agent.ts'

/** What became of a dead letter that was to be done over. */
export interface Redriven {
  taskId: string
  isNew: boolean
}

/**
 * Does a dead letter over: a new task with the same demands, which says everything that the caller has said to the old one and
 * refers to it. The old one stays as it ended. Each is done over once, however often that is asked for. Throws TASK_NOT_FOUND,
 * CONFLICT for a task that is no dead letter or an errand of the platform's own, and NOT_FOUND if its codebase is gone.
 */
export async function redriveWork(ctx: Context, principal: Principal, id: string): Promise<Redriven> {
  const dead = await getWork(ctx, principal, id)
  if (dead.state !== 'failed' || dead.deadLetter === null) throw noDeadLetter(dead)
  const { tenantId } = principal
  const known = dead.redrivenAs
  const isThere = (taskId: string) =>
    ctx.store.read(tenantId, tx => findWork(tx, { tenantId, principal: principal.id, id: taskId }))
  if (known !== null && (await isThere(known))) return { taskId: known, isNew: false }

  const { task, messages } = await getTask(ctx, principal, dead.id, limits.historyLength)
  const lane = await ctx.store.read(tenantId, tx => findLaneOf(tx, tenantId, dead.id))
  if (!lane) throw noDeadLetter(dead)
  if (isErrand(lane)) throw asksAgain(dead)
  const { agent } = await workerAgentFor(ctx, principal, requestOf(dead, lane), lane.held)
  // Whoever asks first says the id. If it is not stored, because the process ended, the next one who asks goes on with it.
  const taskId = await ctx.store.write(tenantId, tx => markRedriven(tx, { tenantId, taskId: dead.id, as: newId() }))
  const submission: Submission = {
    id: taskId,
    message: messageOf(
      dead.id,
      messages.map(({ message }) => message),
    ),
    messageIdGiven: false,
    contextId: task.contextId,
    agent,
    routing: 'redrive',
    metadata: dead.metadata,
    wireVersion: task.wireVersion,
    push: null,
  }
  try {
    await submitTask(ctx, principal, submission)
    return { taskId, isNew: true }
  } catch (error) {
    // Somebody else has stored the task with this id at the same time.
    if (error instanceof PlatformError && error.code === 'CONFLICT' && (await isThere(taskId)))
      return { taskId, isNew: false }
    throw error
  }
}

const messageOf = (deadId: string, messages: readonly Message[]): Message => ({
  messageId: newId(),
  role: 'user',
  parts: messages.flatMap(({ role, parts }) => (role === 'user' ? parts : [])),
  referenceTaskIds: [deadId],
})

/** As long a time for it as the dead one had, from now on. */
const deadlineOf = ({ createdAt, deadlineAt }: WorkRow) =>
  deadlineAt === null ? {} : { deadline_seconds: (deadlineAt.getTime() - createdAt.getTime()) / 1000 }

const requestOf = (dead: WorkRow, lane: Lane): WorkRequest => ({
  // Its length is a reason for the model that is chosen.
  prompt: textOf(dead.message.parts),
  title: dead.title,
  agent_type: dead.agentType,
  priority: dead.priority,
  metadata: dead.metadata ?? {},
  codebaseId: lane.codebaseId,
  modelWish: lane.modelRef,
  files: [],
  required_capabilities: [...lane.capabilities],
  ...(lane.workerId !== null && { target_worker_id: lane.workerId }),
  ...(lane.agentName !== null && { target_agent_name: lane.agentName }),
  ...(dead.sessionId !== null && { session_id: dead.sessionId }),
  ...(dead.timeLimitSeconds !== null && { time_limit_seconds: dead.timeLimitSeconds }),
  ...deadlineOf(dead),
  max_attempts: dead.maxAttempts,
  delay_seconds: 0,
})

const isErrand = ({ capabilities }: Lane): boolean => capabilities.some(name => name.startsWith(ownCapabilities))

const asksAgain = ({ id, title }: WorkRow) =>
  new PlatformError('CONFLICT', `this is not done over as a task: register or sync the codebase again (${title})`, {
    metadata: { taskId: id },
  })

const noDeadLetter = ({ id, state }: WorkRow) =>
  new PlatformError('CONFLICT', 'the task is no dead letter: only what was given up is done over', {
    metadata: { taskId: id, state },
  })

/** The same for many, one after the other. Each has its own outcome. */
export async function redriveMany(ctx: Context, principal: Principal, ids: readonly string[]) {
  const results: ({ task_id: string; ok: boolean } & object)[] = []
  for (const task_id of new Set(ids)) results.push({ task_id, ...(await outcomeOf(ctx, principal, task_id)) })
  return results
}

async function outcomeOf(ctx: Context, principal: Principal, id: string) {
  try {
    const { taskId, isNew } = await redriveWork(ctx, principal, id)
    return { ok: true, redriven_as: taskId, is_new: isNew }
  } catch (error) {
    if (!(error instanceof PlatformError) || error.httpStatus >= 500) throw error
    return { ok: false, code: error.code, message: error.message }
  }
}
