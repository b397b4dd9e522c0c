import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isVisible, type TaskEvent } from './task-event.ts'

const message = { messageId: 'm', role: 'user' as const, parts: [{ text: 'hello' }] }

const cases: [visible: boolean, event: TaskEvent][] = [
  [true, { kind: 'created' }],
  [false, { kind: 'message', message }],
  [false, { kind: 'attempt', attempt: 1 }],
  [true, { kind: 'status', state: 'working' }],
  [true, { kind: 'artifact', artifact: { artifactId: 'a', parts: [] }, append: false, lastChunk: true }],
]

for (const [visible, event] of cases)
  test(`the event ${event.kind} is ${visible ? 'one frame' : 'no frame'} of A2A`, () => {
    assert.equal(isVisible(event), visible)
  })
