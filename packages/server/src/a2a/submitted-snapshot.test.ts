import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '@codetether/protocol/message'
import type { TaskEvent } from '@codetether/protocol/task-event'
import { sampleTask } from '@codetether/testing/sample-task'
import { loggedEvents } from '../operations/logged-events.ts'
import { planEvents } from '../operations/plan-events.ts'
import { fromSubmission } from './submitted-snapshot.ts'

const at = new Date('2026-03-01T12:00:00.000Z')
const message: Message = { messageId: 'm-1', role: 'user', parts: [{ text: 'hello' }] }
const says = (text: string): Message => ({ messageId: text, role: 'agent', parts: [{ text }] })
const chunk = (artifactId: string, text: string, append = false): TaskEvent => ({
  kind: 'artifact',
  artifact: { artifactId, ...(!append && { name: `name of ${artifactId}` }), parts: [{ text }] },
  append,
  lastChunk: !append,
})

/** The snapshot of a task that was submitted with these events behind `created`. */
const snapshotOf = (...rest: TaskEvent[]) => {
  const events: TaskEvent[] = [{ kind: 'created' }, ...rest]
  const plan = planEvents(events, 'Echo')
  const task = sampleTask({
    state: plan.state ?? 'submitted',
    statusMessage: plan.statusMessage,
    statusSeq: plan.statusOffset ?? 1,
    lastSeq: plan.count,
    generation: plan.visible,
  })
  return fromSubmission({ isNew: true, task, message, events: loggedEvents(events, { seq: 0, generation: 0, at }) })
}

const artifactsOf = (...events: TaskEvent[]) =>
  snapshotOf(...events).artifacts.map(({ artifactId, parts }) => [
    artifactId,
    ...parts.map(part => 'text' in part && part.text),
  ])

test('a task that has just been queued has its message and nothing else', () => {
  const { task, messages, artifacts } = snapshotOf()
  assert.equal(task.state, 'submitted')
  assert.deepEqual(messages, [{ seq: 1, message }])
  assert.deepEqual(artifacts, [])
})

test('a task that was answered at once has its answer in the status and in an artifact', () => {
  const { task, messages, artifacts } = snapshotOf(chunk('a', 'hello'), {
    kind: 'status',
    state: 'completed',
    message: says('hello'),
  })
  assert.deepEqual(task.statusMessage, says('hello'))
  assert.deepEqual(messages, [{ seq: 1, message }], 'the message of the current status is not part of the past')
  assert.deepEqual(artifacts, [{ artifactId: 'a', name: 'name of a', parts: [{ text: 'hello' }] }])
})

test('messages of statuses that have passed belong to the past, with their places', () => {
  const { messages } = snapshotOf(
    { kind: 'status', state: 'working', message: says('busy') },
    { kind: 'status', state: 'working' },
    { kind: 'status', state: 'input-required', message: says('which one?') },
  )
  assert.deepEqual(messages, [
    { seq: 1, message },
    { seq: 2, message: says('busy') },
  ])
})

test('chunks that are appended join their artifact, which keeps its name and its place', () => {
  assert.deepEqual(artifactsOf(chunk('a', '1'), chunk('b', '1'), chunk('a', '2', true)), [
    ['a', '1', '2'],
    ['b', '1'],
  ])
  assert.equal(snapshotOf(chunk('a', '1'), chunk('a', '2', true)).artifacts[0]?.name, 'name of a')
})

test('an artifact that is replaced begins anew, behind those that began before', () => {
  assert.deepEqual(
    artifactsOf(chunk('a', '1'), chunk('a', '2', true), chunk('b', '1'), chunk('a', '3'), chunk('a', '4', true)),
    [
      ['b', '1'],
      ['a', '3', '4'],
    ],
  )
})

test('a chunk for an artifact that has not begun begins it', () => {
  assert.deepEqual(artifactsOf(chunk('a', '1', true), chunk('a', '2', true)), [['a', '1', '2']])
})

test('the events are not changed by joining their chunks', () => {
  const first = chunk('a', '1')
  snapshotOf(first, chunk('a', '2', true))
  assert.deepEqual(first, chunk('a', '1'))
})
