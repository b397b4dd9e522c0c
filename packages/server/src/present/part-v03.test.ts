import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message, Part } from '@codetether/protocol/message'
import { MessageRead } from '@codetether/protocol/v03/input'
import * as wire from '@codetether/protocol/v03/wire'
import { presentArtifact, presentMessage, presentPart } from './part-v03.ts'

const metadata = { page: 1 }
const named = { filename: 'a.png', mediaType: 'image/png' }

const parts: [what: string, part: Part, shown: wire.Part][] = [
  ['text', { text: 'hi' }, { kind: 'text', text: 'hi' }],
  ['empty text', { text: '' }, { kind: 'text', text: '' }],
  ['text with metadata', { text: 'hi', metadata }, { kind: 'text', text: 'hi', metadata }],
  ['an object', { data: { a: [1, null] }, metadata }, { kind: 'data', data: { a: [1, null] }, metadata }],
  ['a list', { data: [1, 2] }, { kind: 'data', data: { value: [1, 2] } }],
  ['a number', { data: 5 }, { kind: 'data', data: { value: 5 } }],
  ['null', { data: null }, { kind: 'data', data: { value: null } }],
  [
    'a linked file',
    { url: 'https://a.example/', ...named, metadata },
    { kind: 'file', file: { uri: 'https://a.example/', mimeType: 'image/png', name: 'a.png' }, metadata },
  ],
  [
    'a linked file without a name',
    { url: 'https://a.example/' },
    { kind: 'file', file: { uri: 'https://a.example/' } },
  ],
  [
    'an inline file',
    { raw: 'AAEC', ...named },
    { kind: 'file', file: { bytes: 'AAEC', mimeType: 'image/png', name: 'a.png' } },
  ],
  ['an empty file', { raw: '' }, { kind: 'file', file: { bytes: '' } }],
  [
    'a file whose bytes were not read',
    { blob: { id: 'secret', chars: 8 }, ...named },
    { kind: 'file', file: { bytes: '', mimeType: 'image/png', name: 'a.png' } },
  ],
]

for (const [what, part, shown] of parts)
  test(`a part is shown in the form of v0.3: ${what}`, () => {
    assert.deepEqual(presentPart(part), shown)
    assert.deepEqual(wire.Part.parse(presentPart(part)), shown)
  })

test('what a caller sends in the standard form comes back as it was', () => {
  const sent: wire.Part[] = [
    { kind: 'text', text: 'hi', metadata },
    { kind: 'data', data: { a: { b: [] } } },
    { kind: 'file', file: { bytes: 'AAEC', mimeType: 'image/png', name: 'a.png' }, metadata },
    { kind: 'file', file: { uri: 'https://a.example/' } },
  ]
  const { message } = MessageRead.parse({ kind: 'message', role: 'user', messageId: 'm', parts: sent })
  assert.deepEqual(message.parts.map(presentPart), sent)
})

const ids = { taskId: 't', contextId: 'c' }

test('a message is shown with the task that it belongs to', () => {
  const message: Message = { messageId: 'm', role: 'agent', parts: [{ text: 'hi' }] }
  const shown = { kind: 'message', messageId: 'm', role: 'agent', parts: [{ kind: 'text', text: 'hi' }], ...ids }
  assert.deepEqual(presentMessage(message, ids), shown)
  assert.deepEqual(wire.Message.parse(presentMessage(message, ids)), shown)
})

test('what a message has beside its parts is shown too', () => {
  const extra = { metadata, extensions: ['https://a.example/x'], referenceTaskIds: ['t-0'] }
  const shown = presentMessage({ messageId: 'm', role: 'user', parts: [], ...extra }, ids)
  assert.deepEqual(wire.Message.parse(shown), {
    kind: 'message',
    messageId: 'm',
    role: 'user',
    parts: [],
    ...ids,
    ...extra,
  })
})

test('an artifact is shown with its parts and everything beside them', () => {
  const rest = {
    artifactId: 'a',
    name: 'result',
    description: 'what it is',
    metadata,
    extensions: ['https://a.example/x'],
  }
  const shown = presentArtifact({ ...rest, parts: [{ text: 'hi' }, { data: 1 }] })
  const expected = {
    ...rest,
    parts: [
      { kind: 'text', text: 'hi' },
      { kind: 'data', data: { value: 1 } },
    ],
  }
  assert.deepEqual(shown, expected)
  assert.deepEqual(wire.Artifact.parse(shown), expected)
  assert.deepEqual(presentArtifact({ artifactId: 'a', parts: [] }), { artifactId: 'a', parts: [] })
})
