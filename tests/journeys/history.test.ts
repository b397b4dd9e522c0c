import assert from 'node:assert/strict'
import test from 'node:test'
import { faultless, findFaults, type History, type StoredEvent } from './history.ts'

const event = (seq: number, more: Partial<StoredEvent> = {}): StoredEvent => ({
  taskId: 'a',
  seq,
  generation: seq,
  kind: 'status',
  state: 'working',
  ...more,
})
const whole = [event(1, { kind: 'created', state: null }), event(2), event(3, { state: 'completed' })]

/** One task that was acknowledged, done once and stored whole, with what a test changes. */
const history = (more: Partial<History> = {}): History => ({
  acknowledged: new Map([['m', 'a']]),
  tasks: [{ id: 'a', messageId: 'm', lastSeq: 3, generation: 3 }],
  events: whole,
  ...more,
})

test('a history in which everything happened once has no faults', () => {
  assert.deepEqual(findFaults(history()), faultless)
})

test('an event that no reader sees counts in seq and not in generation', () => {
  const events = [
    whole[0],
    event(2, { kind: 'attempt', generation: null, state: null }),
    event(3, { generation: 2, state: 'failed' }),
  ]
  const tasks = [{ id: 'a', messageId: 'm', lastSeq: 3, generation: 2 }]
  assert.deepEqual(findFaults(history({ tasks, events: events.flatMap(e => e ?? []) })), faultless)
})

test('an acknowledged message without its task is lost', () => {
  const acknowledged = new Map([...history().acknowledged, ['n', 'b']])
  assert.deepEqual(findFaults(history({ acknowledged })), { ...faultless, lost: ['n'] })
})

test('an acknowledged message whose task is another one is lost', () => {
  assert.deepEqual(findFaults(history({ acknowledged: new Map([['m', 'b']]) })), { ...faultless, lost: ['m'] })
})

test('two tasks of one message are doubled', () => {
  const tasks = ['a', 'b'].map(id => ({ id, messageId: 'm', lastSeq: 3, generation: 3 }))
  const events = tasks.flatMap(({ id }) => whole.map(e => ({ ...e, taskId: id })))
  assert.deepEqual(findFaults(history({ tasks, events })), { ...faultless, doubled: ['m'] })
})

test('a task with two terminal events is finished twice', () => {
  const events = [...whole, event(4, { state: 'failed' })]
  const tasks = [{ id: 'a', messageId: 'm', lastSeq: 4, generation: 4 }]
  assert.deepEqual(findFaults(history({ tasks, events })), { ...faultless, finishedTwice: ['a'] })
})

test('a task without a terminal event is unfinished', () => {
  const tasks = [{ id: 'a', messageId: 'm', lastSeq: 2, generation: 2 }]
  assert.deepEqual(findFaults(history({ tasks, events: whole.slice(0, 2) })), { ...faultless, unfinished: ['a'] })
})

for (const [what, events] of Object.entries({
  'leaves a number out': [
    whole[0],
    event(2, { seq: 3, generation: 2 }),
    event(4, { generation: 3, state: 'completed' }),
  ],
  'repeats a number': [whole[0], event(1, { generation: 2 }), event(3, { state: 'completed' })],
  'starts late': [event(2), event(3), event(4, { state: 'completed' })],
  'ends before the task does': [whole[0], event(2, { state: 'completed' })],
  'has a generation twice': [whole[0], event(2, { generation: 1 }), event(3, { state: 'completed' })],
}))
  test(`a log that ${what} has a gap`, () => {
    assert.deepEqual(findFaults(history({ events: events.flatMap(e => e ?? []) })), { ...faultless, gaps: ['a'] })
  })
