import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '@codetether/protocol/message'
import type { LoggedEvent, TaskEvent } from '@codetether/protocol/task-event'
import { taskStates } from '@codetether/protocol/task-state'
import * as wire from '@codetether/protocol/v03/wire'
import { sampleSnapshot } from '@codetether/testing/sample-task'
import { presentFrame, presentTask } from './task-v03.ts'

const ids = { taskId: '01920000-0000-7000-8000-00000000000a', contextId: 'context-1' }
const timestamp = '2026-03-01T12:00:00.000Z'
const says = (text: string, role: Message['role'] = 'agent'): Message => ({ messageId: text, role, parts: [{ text }] })
const shown = (text: string, role: Message['role'] = 'agent') => ({
  kind: 'message',
  messageId: text,
  role,
  parts: [{ kind: 'text', text }],
  ...ids,
})

test('a task that was submitted a moment ago has its message and its state', () => {
  const task = presentTask(sampleSnapshot())
  assert.deepEqual(task, {
    kind: 'task',
    id: ids.taskId,
    contextId: 'context-1',
    status: { state: 'submitted', timestamp },
    history: [{ ...shown('m-1', 'user'), parts: [{ kind: 'text', text: 'hello' }] }],
    metadata: { agent: 'Echo', routing: 'fallback' },
  })
  assert.deepEqual(wire.Task.parse(task), task)
})

test('a completed task has its answer in the status and in the artifacts, once each', () => {
  const task = presentTask(
    sampleSnapshot(
      { state: 'completed', statusMessage: says('done'), statusSeq: 4 },
      { artifacts: [{ artifactId: 'a', name: 'answer', parts: [{ text: 'done' }] }] },
    ),
  )
  assert.deepEqual(task.status, { state: 'completed', message: shown('done'), timestamp })
  assert.deepEqual(task.artifacts, [{ artifactId: 'a', name: 'answer', parts: [{ kind: 'text', text: 'done' }] }])
  assert.equal(task.history?.length, 1)
  assert.deepEqual(wire.Task.parse(task), task)
})

const conversation = [
  { seq: 1, message: says('one', 'user') },
  { seq: 3, message: says('two') },
  { seq: 4, message: says('three', 'user') },
  { seq: 7, message: says('four') },
]
const historyOf = (historyLength?: number, statusSeq = 9) =>
  presentTask(sampleSnapshot({ state: 'working', statusSeq }, { messages: conversation }), {
    historyLength,
  }).history?.map(message => message.messageId)

const lengths: [historyLength: number | undefined, history: string[] | undefined][] = [
  [undefined, ['one', 'two', 'three', 'four']],
  [0, undefined],
  [1, ['four']],
  [3, ['two', 'three', 'four']],
  [4, ['one', 'two', 'three', 'four']],
  [1_000_000_000, ['one', 'two', 'three', 'four']],
]

for (const [historyLength, history] of lengths)
  test(`historyLength ${historyLength ?? 'absent'} shows ${history ? `the newest ${history.length}` : 'no history'}`, () => {
    assert.deepEqual(historyOf(historyLength), history)
  })

test('the message of the current status stands in the status alone, and does not count', () => {
  assert.deepEqual(historyOf(undefined, 7), ['one', 'two', 'three'])
  assert.deepEqual(historyOf(1, 7), ['three'])
})

test('a message of the user stays in the history, also where the first status has its place', () => {
  assert.deepEqual(historyOf(undefined, 1), ['one', 'two', 'three', 'four'])
})

for (const state of taskStates)
  test(`a task that is ${state} has that state on the wire`, () => {
    assert.equal(wire.Task.parse(presentTask(sampleSnapshot({ state }))).status.state, state)
  })

test('nothing of the row that is not meant for callers is shown', () => {
  const text = JSON.stringify(
    presentTask(sampleSnapshot({ principal: 'canary', tenantId: 'canary', metadata: { a: 'canary' } })),
  )
  assert.doesNotMatch(text, /canary/)
})

const logged = (event: TaskEvent): LoggedEvent => ({ ...event, seq: 5, generation: 3, at: new Date(timestamp) })
const frameOf = (event: TaskEvent, final = false) =>
  presentFrame({ kind: 'event', generation: 3, ...ids, event: logged(event), final })

test('a status becomes a status-update, with its message and its metadata', () => {
  const frame = frameOf({ kind: 'status', state: 'working', message: says('busy'), metadata: { step: 1 } })
  const status = { state: 'working', message: shown('busy'), timestamp }
  assert.deepEqual(frame, { kind: 'status-update', ...ids, status, final: false, metadata: { step: 1 } })
  assert.deepEqual(wire.StreamEvent.parse(frame), frame)
})

test('the last status of a stream is final', () => {
  const frame = frameOf({ kind: 'status', state: 'completed' }, true)
  assert.deepEqual(frame, { kind: 'status-update', ...ids, status: { state: 'completed', timestamp }, final: true })
  assert.deepEqual(wire.StreamEvent.parse(frame), frame)
})

for (const [append, lastChunk] of [
  [false, true],
  [true, false],
] as const)
  test(`an artifact becomes an artifact-update: append ${append}, lastChunk ${lastChunk}`, () => {
    const artifact = { artifactId: 'a', name: 'result', parts: [{ text: 'one' }] }
    const frame = frameOf({ kind: 'artifact', artifact, append, lastChunk, metadata: { a: 1 } })
    assert.deepEqual(frame, {
      kind: 'artifact-update',
      ...ids,
      artifact: { ...artifact, parts: [{ kind: 'text', text: 'one' }] },
      append,
      lastChunk,
      metadata: { a: 1 },
    })
    assert.deepEqual(wire.StreamEvent.parse(frame), frame)
  })

const hidden: TaskEvent[] = [
  { kind: 'created' },
  { kind: 'attempt', attempt: 1 },
  { kind: 'message', message: says('a') },
]

for (const event of hidden) test(`the event ${event.kind} is no update`, () => assert.equal(frameOf(event), null))
