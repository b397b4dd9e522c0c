import { chooseAgent, type Routing } from '@codetether/agents/choose-agent'
import type { Agent } from '@codetether/agents/define-agent'
import { PlatformError } from '@codetether/protocol/errors'
import { checkHops, hopsOf } from '@codetether/protocol/hops'
import { limits } from '@codetether/protocol/limits'
import { textOf } from '@codetether/protocol/message'
import type { LoggedEvent } from '@codetether/protocol/task-event'
import { isInterrupted, isTerminal } from '@codetether/protocol/task-state'
import { continueTask } from '../operations/continue-task.ts'
import { getTask } from '../operations/get-task.ts'
import { hashRequest } from '../operations/hash-request.ts'
import { putPush } from '../operations/push-configs.ts'
import { submitTask } from '../operations/submit-task.ts'
import { waitForTask } from '../operations/wait-for-task.ts'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import { chooseWorker, workerModes } from './choose-worker.ts'
import { activateFor } from './extensions.ts'
import { checkParts, checkReply } from './media-types.ts'
import type { Call } from './method.ts'
import type { StartRequest } from './start-request.ts'
import { fromSubmission } from './submitted-snapshot.ts'

export interface Started {
  taskId: string
  isNew: boolean
  /** Where a stream begins: with the whole log of a task, or with a snapshot of a task that goes on. */
  after: 'start' | null
  /** The task as it was stored, if this call has stored it. */
  snapshot: TaskSnapshot | null
  /** Its whole log, if it is new and has not ended. */
  events: LoggedEvent[] | null
  settled: boolean
  /** It waits for a worker, or one is at it: nobody knows how long that takes. */
  isWork: boolean
}

const agentKeys = ['agent', 'target_agent_name', 'targetAgentName']
const skillKeys = ['skillId', 'skill_id']

/** The agent and the skill that a message asks for: in its own fields, in its metadata or in that of the call. */
function wishOf({ message, skillId, metadata }: StartRequest) {
  const named = (keys: readonly string[]) =>
    [message.metadata, metadata].flatMap(from => keys.map(key => from?.[key])).find(value => typeof value === 'string')
  return {
    // An agent accepts what it understands whole: a text with a file beside it is not only that text.
    text: message.parts.every(part => 'text' in part) ? textOf(message.parts) : '',
    targetAgent: named(agentKeys),
    skillId: skillId ?? named(skillKeys),
  }
}

/** At the address of an agent the message is meant for it, and for nobody else, whatever it says. */
function choose({ ctx, agent }: Call<unknown>, request: StartRequest): Routing {
  const wish = wishOf(request)
  if (!agent) return chooseAgent({ ...wish, agents: ctx.agents, fallback: ctx.fallback })
  const targetAgent = wish.targetAgent?.trim() || agent.agent.name
  return chooseAgent({ ...wish, targetAgent, agents: [agent.agent], fallback: agent.agent })
}

/** Whether the agent takes a message: the extensions that it asks for, what it reads, and what it answers with. */
function checkAgent(agent: Agent, { extensions }: Call<unknown>, { message, outputModes }: StartRequest): void {
  activateFor(agent, extensions)
  checkParts(agent, message.parts)
  checkReply(agent, outputModes)
}

/** Adds the message to a task that has not ended. Who wants to be told of it is told of everything behind the message. */
async function continueWith(call: Call<unknown>, request: StartRequest, taskId: string): Promise<Started> {
  const { ctx, principal } = call
  const { message, contextId, wireVersion, push } = request
  ctx.tracer.annotate({ 'a2a.task.id': taskId })
  const snapshot = await continueTask(ctx, principal, {
    ...{ taskId, contextId, message },
    async admit(task) {
      const agent = ctx.agents.find(({ name }) => name === task.agent)
      if (agent) checkAgent(agent, call, request)
      // The same message again means the same configuration.
      const wish = push && { ...push, id: push.id ?? hashRequest([message.messageId]).slice(0, 32) }
      if (wish) await putPush(ctx, principal, { taskId, wireVersion, wish })
    },
  })
  const isWork = snapshot !== null && snapshot.task.lane !== null
  return { taskId, isNew: false, after: null, snapshot, events: null, settled: false, isWork }
}

/** Who carries out a new task: an agent of the server, or workers. */
async function agentFor(call: Call<unknown>, request: StartRequest) {
  const choice = choose(call, request)
  const worker = await chooseWorker(call, request, choice)
  if (worker) {
    checkReply(workerModes, request.outputModes)
    return { agent: worker, routing: 'worker' }
  }
  if ('unknown' in choice) throw unknownTarget(choice.unknown)
  checkAgent(choice.agent, call, request)
  return { agent: choice.agent, routing: choice.reason }
}

/** Starts what a message asks for: a new task, the next turn of one, or one sent before. */
export async function startTask(call: Call<unknown>, request: StartRequest): Promise<Started> {
  const { ctx, principal } = call
  const { message, messageIdGiven, taskId, contextId, metadata, wireVersion, push } = request
  checkHops(hopsOf(message.metadata), ctx.config.peers.maxHops)
  if (push) await ctx.outbound.check(push.url)
  if (taskId !== null) return continueWith(call, request, taskId)
  const { agent, routing } = await agentFor(call, request)
  const submission = { message, messageIdGiven, contextId, agent, routing, metadata, wireVersion, push }
  const submitted = await submitTask(ctx, principal, submission)
  ctx.tracer.annotate({ 'a2a.task.id': submitted.isNew ? submitted.task.id : submitted.taskId })
  const isWork = 'work' in agent
  if (!submitted.isNew)
    return {
      taskId: submitted.taskId,
      isNew: false,
      after: 'start',
      snapshot: null,
      events: null,
      settled: false,
      isWork,
    }
  const { state } = submitted.task
  const isSettled = isTerminal(state) || isInterrupted(state)
  return {
    taskId: submitted.task.id,
    isNew: true,
    after: 'start',
    snapshot: fromSubmission(submitted),
    events: isSettled ? null : submitted.events,
    settled: isSettled,
    isWork,
  }
}

/** The task of a message when it has ended or asks something, after `ms` at most, or at once if that is 0. */
export async function settled(call: Call<unknown>, started: Started, ms: number): Promise<TaskSnapshot> {
  const { taskId, snapshot, settled } = started
  if (snapshot && (settled || ms === 0)) return snapshot
  const { ctx, principal, signal } = call
  if (ms === 0) return getTask(ctx, principal, taskId, limits.historyLength)
  return waitForTask(ctx, principal, { taskId, signal, ms })
}

const unknownTarget = (name: string) =>
  new PlatformError('INVALID_PARAMS', 'no agent or skill has the name that the message asks for: see GET /agents', {
    fieldViolations: [
      { field: 'metadata', description: `unknown agent or skill ${JSON.stringify(name.slice(0, 64))}` },
    ],
  })
