import { call, request } from '@codetether/client/call'
import { Deadline } from '@codetether/client/deadline'
import { codecOf } from '@codetether/client/dialect'
import type { Endpoint } from '@codetether/client/endpoint'
import { isSettled } from '@codetether/client/follow'
import { openFrames } from '@codetether/client/frames'
import { textMessage, toWireParams } from '@codetether/client/message'
import type { Operation } from '@codetether/client/operation'
import type { StreamEvent } from '@codetether/protocol/v03/wire'
import { contentTypeOf } from './ask.ts'
import { excerpt, fail, ok, skip, type Verdict } from './finding.ts'
import type { Check } from './grpc-checks.ts'
import type { Probe } from './probe.ts'
import { pushConfigs } from './push-checks.ts'
import { readStream } from './read-stream.ts'

/** Milliseconds for the whole work of an agent. */
const workMs = 60_000

const paramsOf = (endpoint: Endpoint, text: string) =>
  codecOf(endpoint).sendParams(toWireParams({ message: textMessage(text), configuration: { blocking: true } }))

interface Sent extends Verdict {
  /** The task that came of it. */
  taskId?: string
}

/** A message without a stream (A2A v1.0 §3.1.1, v0.3 §7.1). */
const checkSend = async ({ endpoint, patience }: Probe, text: string): Promise<Sent> => {
  const operation = { name: 'send', params: paramsOf(endpoint, text) } as const
  const limits = { signal: patience.signal, timeoutMs: workMs }
  const result = await call(endpoint, operation, codecOf(endpoint).SendResult, limits)
  if (result.kind === 'message') return ok('a message')
  return { ...ok(`a task, ${result.status.state}`), taskId: result.id }
}

const openEvents = async (
  endpoint: Endpoint,
  operation: Operation,
  signal: AbortSignal,
): Promise<AsyncIterable<StreamEvent> | Verdict> => {
  if (endpoint.transport === 'GRPC') return eventsByGrpc(endpoint, operation, signal)
  const response = await request(endpoint, operation, { signal, headers: { accept: 'text/event-stream' } })
  const type = contentTypeOf(response)
  if (response.ok && type === 'text/event-stream') return readStream(endpoint, response, signal)
  await response.body?.cancel()
  return fail(`HTTP ${response.status}, ${type || 'no content type'}, and not text/event-stream`)
}

async function* eventsByGrpc(endpoint: Endpoint, operation: Operation, signal: AbortSignal) {
  for await (const { event } of openFrames(endpoint, operation, { signal, timeoutMs: workMs })) yield event
}

/** How a stream has to go: one message and nothing else, or a task, what becomes of it, and its end. */
const checkStream = async ({ endpoint, patience }: Probe, text: string): Promise<Sent> => {
  using deadline = new Deadline(patience.signal)
  deadline.set(workMs, `the stream has not ended after ${workMs / 1000} s`)
  const operation = { name: 'stream', params: paramsOf(endpoint, text) } as const
  const events = await openEvents(endpoint, operation, deadline.signal)
  if ('result' in events) return events
  let frames = 0
  let state: string | undefined
  let taskId: string | undefined
  for await (const event of events) {
    frames += 1
    if (event.kind === 'message') return frames === 1 ? ok('a message') : fail('a message behind other frames')
    if (frames === 1 && event.kind !== 'task' && endpoint.version === '1.0')
      return fail(`the first frame is no task but a ${event.kind}`)
    taskId = event.kind === 'task' ? event.id : event.taskId
    if (event.kind !== 'artifact-update') state = event.status.state
  }
  if (!isSettled(state)) return fail(`${frames} frames, and the end in the state ${state ?? 'none'}`)
  return { ...ok(`${frames} frames, ${state}`), ...(taskId === undefined ? {} : { taskId }) }
}

const checkTask = async ({ endpoint, patience }: Probe, id: string): Promise<Verdict> => {
  const task = await call(endpoint, { name: 'get', id, params: {} }, codecOf(endpoint).Task, patience)
  return task.id === id ? ok(task.status.state) : fail(`another task: ${excerpt(task.id)}`)
}

/** What is sent to an interface if the person gives a text: the only checks that leave something behind. */
export const messageChecks = (probe: Probe, text: string): Check[] => {
  const isNew = probe.endpoint.version === '1.0'
  const streams = probe.card.capabilities.includes('streaming')
  const canPush = probe.card.capabilities.includes('pushNotifications')
  let taskId: string | undefined
  const send = async (): Promise<Verdict> => {
    const { taskId: id, ...verdict } = await (streams ? checkStream : checkSend)(probe, text)
    taskId = id
    return verdict
  }
  const first = streams ? (isNew ? '3.1.2' : '7.2') : isNew ? '3.1.1' : '7.1'
  return [
    { check: streams ? 'stream' : 'message', section: first, run: send },
    {
      ...{ check: 'the task of it', section: isNew ? '3.1.3' : '7.3' },
      run: async () => (taskId === undefined ? skip('no task came of it') : checkTask(probe, taskId)),
    },
    ...(canPush
      ? [
          {
            ...{ check: 'push configurations', section: isNew ? '3.1.7' : '7.5' },
            run: async () => (taskId === undefined ? skip('no task came of it') : pushConfigs(probe, taskId)),
          },
        ]
      : []),
  ]
}
