import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message, Part } from '@codetether/protocol/message'
import { type TaskState, taskStates } from '@codetether/protocol/task-state'
import { sampleSnapshot } from '@codetether/testing/sample-task'
import { presentOldView } from './old-view.ts'

const answer = (...parts: Part[]): Message => ({ messageId: 'm-2', role: 'agent', parts })

test('an answered task is shown with its answer', () => {
  const snapshot = sampleSnapshot({ state: 'completed', statusMessage: answer({ text: 'hi there' }) })
  assert.deepEqual(presentOldView(snapshot), {
    task: {
      id: '01920000-0000-7000-8000-00000000000a',
      status: 'completed',
      title: 'hello',
      agent: 'Echo',
      created_at: '2026-03-01T12:00:00.000Z',
      updated_at: '2026-03-01T12:00:00.000Z',
    },
    message: {
      messageId: 'm-2',
      role: 'agent',
      parts: [{ kind: 'text', type: 'text', text: 'hi there', content: 'hi there' }],
    },
  })
})

test('a task without an answer says how it is, in a message of the agent', () => {
  const { message } = presentOldView(sampleSnapshot())
  const text = 'The task is pending.'
  assert.deepEqual(message, {
    messageId: '01920000-0000-7000-8000-00000000000a',
    role: 'agent',
    parts: [{ kind: 'text', type: 'text', text, content: text }],
  })
})

const words: Partial<Record<TaskState, string>> = { submitted: 'pending', canceled: 'cancelled' }

for (const state of taskStates)
  test(`the word for ${state} is ${words[state] ?? state}`, () => {
    assert.equal(presentOldView(sampleSnapshot({ state })).task.status, words[state] ?? state)
  })

test('parts that are no text are what they are in v0.3, with their kind as type too', () => {
  const parts: Part[] = [
    { data: { a: 1 } },
    { data: [1] },
    { raw: 'AAEC', filename: 'a.bin', mediaType: 'image/png' },
    { url: 'https://a.example/' },
    { blob: { id: 'secret', chars: 8 } },
  ]
  assert.deepEqual(presentOldView(sampleSnapshot({ statusMessage: answer(...parts) })).message.parts, [
    { kind: 'data', type: 'data', data: { a: 1 } },
    { kind: 'data', type: 'data', data: { value: [1] } },
    { kind: 'file', type: 'file', file: { bytes: 'AAEC', name: 'a.bin', mimeType: 'image/png' } },
    { kind: 'file', type: 'file', file: { uri: 'https://a.example/' } },
    { kind: 'file', type: 'file', file: { bytes: '' } },
  ])
})

const titleOf = (...parts: Part[]): string =>
  presentOldView(sampleSnapshot({}, { messages: [{ seq: 1, message: { messageId: 'm', role: 'user', parts } }] })).task
    .title

const titles: [what: string, parts: Part[], title: string][] = [
  ['the text', [{ text: 'Add unit tests' }], 'Add unit tests'],
  ['the lines of all text parts', [{ text: 'one' }, { data: {} }, { text: 'two' }], 'one\ntwo'],
  ['80 characters at most', [{ text: 'x'.repeat(81) }], 'x'.repeat(80)],
  ['whole characters', [{ text: `${'x'.repeat(79)}😀` }], 'x'.repeat(79)],
  ['a pair that still fits', [{ text: `${'x'.repeat(78)}😀y` }], `${'x'.repeat(78)}😀`],
  ['nothing for a message without text', [{ data: {} }], ''],
]

for (const [what, parts, title] of titles) test(`the title is ${what}`, () => assert.equal(titleOf(...parts), title))

test('the title is the first message of the user, or the agent where there is none', () => {
  const messages = [
    { seq: 1, message: answer({ text: 'no' }) },
    { seq: 2, message: { messageId: 'a', role: 'user' as const, parts: [{ text: 'first' }] } },
    { seq: 3, message: { messageId: 'b', role: 'user' as const, parts: [{ text: 'second' }] } },
  ]
  assert.equal(presentOldView(sampleSnapshot({}, { messages })).task.title, 'first')
  assert.equal(presentOldView(sampleSnapshot({}, { messages: [] })).task.title, 'Echo')
})
