import { isInterrupted, taskStates } from '@codetether/protocol/task-state'
import type { Message, StreamEvent, Task } from '@codetether/protocol/v03/wire'
import type { A2aClient, SendOptions } from './a2a-client.ts'
import { backOffMs, type RetryPolicy } from './back-off.ts'
import { isSettled } from './follow.ts'
import type { SendParams } from './message.ts'
import { sleep } from './sleep.ts'

export interface AskOptions extends SendOptions {
  /** Told of what happens to the task, the task itself first: its id is known before its work is done. */
  onEvent?: ((event: StreamEvent) => void | Promise<void>) | undefined
}

/** Between looks at a task whose agent has no streams. */
const polls: RetryPolicy = { attempts: Number.POSITIVE_INFINITY, baseMs: 200, capMs: 2_000 }

const isQuestion = (event: StreamEvent): boolean =>
  event.kind !== 'message' &&
  event.kind !== 'artifact-update' &&
  taskStates.some(state => state === event.status.state && isInterrupted(state))

/** The last look at a task. Undefined while it goes on: a replayed log also shows questions that were answered. */
const settled = async (client: A2aClient, id: string, options: AskOptions): Promise<Task | undefined> => {
  const task = await client.getTask(id, {}, options)
  return isSettled(task.status.state) ? task : undefined
}

const byStream = async (client: A2aClient, params: SendParams, options: AskOptions): Promise<Task | Message> => {
  let id = ''
  for await (const event of client.stream(params, options)) {
    await options.onEvent?.(event)
    if (event.kind === 'message') return event
    id = event.kind === 'task' ? event.id : event.taskId
    if (event.kind === 'task' && isSettled(event.status.state)) return event
    const asked = isQuestion(event) ? await settled(client, id, options) : undefined
    if (asked) return asked
  }
  return await client.getTask(id, {}, options)
}

const byPolling = async (client: A2aClient, params: SendParams, options: AskOptions): Promise<Task | Message> => {
  const configuration = { ...params.configuration, blocking: false }
  let result = await client.send({ ...params, configuration }, options)
  await options.onEvent?.(result)
  for (let polled = 1; result.kind === 'task' && !isSettled(result.status.state); polled += 1) {
    await sleep(backOffMs(polled, polls), options.signal)
    result = await client.getTask(result.id, {}, options)
    await options.onEvent?.(result)
  }
  return result
}

/** Agents made with the official SDK often answer a further message by no stream: its task is known already. */
const canStream = (client: A2aClient, { message }: SendParams): boolean =>
  client.endpoint.streams && message.taskId === undefined

/**
 * Sends a message and waits for its answer: a message, or the task once it has ended or asks something. By a stream where
 * the agent has them (A2A v1.0 §3.1.2, v0.3 §7.2), else by looking after the task. Leaving off by the signal leaves the
 * task running. Throws what `send` and `stream` throw.
 */
export const ask = (client: A2aClient, params: SendParams, options: AskOptions = {}): Promise<Task | Message> =>
  canStream(client, params) ? byStream(client, params, options) : byPolling(client, params, options)
