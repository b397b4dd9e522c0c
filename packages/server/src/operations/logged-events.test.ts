import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskEvent } from '@codetether/protocol/task-event'
import { loggedEvents } from './logged-events.ts'
import { planEvents } from './plan-events.ts'

const at = new Date('2026-03-01T12:00:00.000Z')
const events: TaskEvent[] = [
  { kind: 'created' },
  { kind: 'attempt', attempt: 1 },
  { kind: 'status', state: 'working' },
  { kind: 'message', message: { messageId: 'm', role: 'user', parts: [{ text: 'go on' }] } },
  { kind: 'artifact', artifact: { artifactId: 'a', parts: [] }, append: false, lastChunk: true },
  { kind: 'status', state: 'completed' },
]

test('events of a new task count from 1, and only visible ones have a generation', () => {
  const logged = loggedEvents(events, { seq: 0, generation: 0, at })
  assert.deepEqual(
    logged.map(({ kind, seq, generation }) => [kind, seq, generation]),
    [
      ['created', 1, 1],
      ['attempt', 2, null],
      ['status', 3, 2],
      ['message', 4, null],
      ['artifact', 5, 3],
      ['status', 6, 4],
    ],
  )
})

test('events of a task that has some go on behind them', () => {
  const [first] = loggedEvents([{ kind: 'status', state: 'working' }], { seq: 41, generation: 7, at })
  assert.deepEqual(first, { kind: 'status', state: 'working', seq: 42, generation: 8, at })
})

test('the places are those that the plan gives the rows', () => {
  const logged = loggedEvents(events, { seq: 10, generation: 5, at })
  assert.deepEqual(
    logged.map(({ seq, generation }) => [seq, generation]),
    planEvents(events, 'Echo').events.map(({ offset, visibleOffset }) => [
      10 + offset,
      visibleOffset === null ? null : 5 + visibleOffset,
    ]),
  )
})
