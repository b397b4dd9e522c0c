import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import type { Message } from '@codetether/protocol/message'
import { eventVersion, type TaskEvent } from '@codetether/protocol/task-event'
import { taskStates } from '@codetether/protocol/task-state'
import { planEvents } from './plan-events.ts'

const says = (text: string, role: Message['role'] = 'agent'): Message => ({ messageId: text, role, parts: [{ text }] })
const status = (state: (typeof taskStates)[number], message?: Message): TaskEvent => ({
  kind: 'status',
  state,
  ...(message && { message }),
})
const chunk = (artifactId: string, text: string, append = false): TaskEvent => ({
  kind: 'artifact',
  artifact: { artifactId, name: 'result', parts: [{ text }] },
  append,
  lastChunk: !append,
})

const chunksOf = (events: TaskEvent[]) =>
  planEvents(events, 'Echo').chunks.map(
    ({ offset, artifactId, append }) => `${offset} ${artifactId} ${append ? 'append' : 'replace'}`,
  )

test('no events change nothing', () => {
  assert.deepEqual(planEvents([], 'Echo'), {
    count: 0,
    visible: 0,
    state: null,
    statusMessage: null,
    statusOffset: null,
    inboxOffset: null,
    events: [],
    messages: [],
    chunks: [],
  })
})

test('each event has its offset, and each visible one the next of the visible offsets', () => {
  const plan = planEvents(
    [
      { kind: 'created' },
      { kind: 'message', message: says('go on', 'user') },
      { kind: 'attempt', attempt: 1 },
      status('working'),
      chunk('a', 'one'),
      status('completed'),
    ],
    'Echo',
  )
  assert.deepEqual(
    plan.events.map(({ kind, offset, visibleOffset }) => [kind, offset, visibleOffset]),
    [
      ['created', 1, 1],
      ['message', 2, null],
      ['attempt', 3, null],
      ['status', 4, 2],
      ['artifact', 5, 3],
      ['status', 6, 4],
    ],
  )
  assert.deepEqual([plan.count, plan.visible], [6, 4])
})

test('an event is stored with its actor, its version and its body without the kind', () => {
  const metadata = { step: 1 }
  const [event] = planEvents(
    [{ kind: 'status', state: 'working', message: says('busy'), metadata }],
    'Calculator',
  ).events
  assert.deepEqual(event, {
    offset: 1,
    visibleOffset: 1,
    kind: 'status',
    v: eventVersion,
    actor: 'Calculator',
    body: { state: 'working', message: says('busy'), metadata },
  })
})

test('the last status decides about state, message and place of the status', () => {
  const { state, statusMessage, statusOffset } = planEvents(
    [status('working', says('busy')), chunk('a', 'one'), status('input-required', says('which one?'))],
    'Echo',
  )
  assert.deepEqual(
    { state, statusMessage, statusOffset },
    {
      state: 'input-required',
      statusMessage: says('which one?'),
      statusOffset: 3,
    },
  )
})

test('a status without a message takes the message of the status before it away', () => {
  assert.equal(planEvents([status('working', says('busy')), status('working')], 'Echo').statusMessage, null)
})

test('created means submitted, and events without a state leave the state alone', () => {
  assert.deepEqual(planEvents([{ kind: 'created' }], 'Echo').state, 'submitted')
  const { state, statusOffset } = planEvents([chunk('a', 'one'), { kind: 'attempt', attempt: 2 }], 'Echo')
  assert.deepEqual([state, statusOffset], [null, null])
})

test('messages and status messages become rows at their offsets, except the message of a terminal status', () => {
  const events: TaskEvent[] = [
    { kind: 'message', message: says('go on', 'user') },
    status('working', says('busy')),
    status('input-required', says('which one?')),
    status('working'),
    status('completed', says('done')),
  ]
  const { messages, statusMessage } = planEvents(events, 'Echo')
  assert.deepEqual(
    messages.map(({ offset, message }) => [offset, message.messageId]),
    [
      [1, 'go on'],
      [2, 'busy'],
      [3, 'which one?'],
    ],
  )
  assert.deepEqual(statusMessage, says('done'))
})

test('an artifact becomes a chunk: its id beside the rest of it', () => {
  assert.deepEqual(planEvents([chunk('a', 'one', true)], 'Echo').chunks, [
    { offset: 1, artifactId: 'a', artifact: { name: 'result', parts: [{ text: 'one' }] }, append: true },
  ])
})

test('chunks that are appended stay beside those before them', () => {
  assert.deepEqual(chunksOf([chunk('a', '1'), chunk('b', '1'), chunk('a', '2', true), chunk('a', '3', true)]), [
    '1 a replace',
    '2 b replace',
    '3 a append',
    '4 a append',
  ])
})

test('a chunk that replaces its artifact takes the place of the chunks before it, also within one plan', () => {
  const events = [chunk('a', '1'), chunk('a', '2', true), chunk('b', '1'), chunk('a', '3'), chunk('a', '4', true)]
  assert.deepEqual(chunksOf(events), ['3 b replace', '4 a replace', '5 a append'])
  assert.equal(planEvents(events, 'Echo').events.length, 5, 'the log keeps all of them')
})

const anything: TaskEvent[] = [
  status('working'),
  status('completed'),
  chunk('a', 'late'),
  { kind: 'message', message: says('late', 'user') },
  { kind: 'attempt', attempt: 2 },
  { kind: 'created' },
]

for (const state of ['completed', 'failed', 'canceled', 'rejected'] as const)
  test(`nothing follows ${state}`, () => {
    for (const event of anything)
      assert.throws(
        () => planEvents([status(state), event], 'Echo'),
        (error: unknown) => error instanceof PlatformError && error.code === 'UNSUPPORTED_OPERATION',
      )
  })

test('any state may be reached first: the database knows where the task stands', () => {
  for (const state of taskStates) assert.equal(planEvents([status(state)], 'Echo').state, state)
})
