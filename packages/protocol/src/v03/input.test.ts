import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../limits.ts'
import type { Part } from '../message.ts'
import { MessageRead } from './input.ts'

const standard = {
  kind: 'message',
  role: 'user',
  messageId: 'm-1',
  parts: [{ kind: 'text', text: 'hello' }],
}

const withPart = (part: unknown) => ({ ...standard, parts: [part] })
const without = (key: keyof typeof standard) => Object.fromEntries(Object.entries(standard).filter(([k]) => k !== key))

const violationsOf = (input: unknown): { field: string; message: string }[] =>
  (MessageRead.safeParse(input).error?.issues ?? []).map(({ path, message }) => ({ field: path.join('.'), message }))
const fieldsOf = (input: unknown): string[] => violationsOf(input).map(({ field }) => field)

test('a standard message is read as it is', () => {
  assert.deepEqual(MessageRead.parse(standard), {
    message: { messageId: 'm-1', role: 'user', parts: [{ text: 'hello' }] },
    messageIdGiven: true,
    taskId: null,
    contextId: null,
    skillId: null,
    oldShape: false,
  })
})

const file = { bytes: 'AAEC', mimeType: 'image/png', name: 'a.png' }
const parts: [what: string, sent: unknown, read: Part, old: boolean][] = [
  ['a text part', { kind: 'text', text: 'hi' }, { text: 'hi' }, false],
  ['an empty text', { kind: 'text', text: '' }, { text: '' }, false],
  [
    'a text part with metadata',
    { kind: 'text', text: 'hi', metadata: { a: [1] } },
    { text: 'hi', metadata: { a: [1] } },
    false,
  ],
  ['{type, content}', { type: 'text', content: 'hi' }, { text: 'hi' }, true],
  ['{type, text}', { type: 'text', text: 'hi' }, { text: 'hi' }, true],
  ['a bare {text}', { text: 'hi' }, { text: 'hi' }, true],
  ['text before content', { type: 'text', text: 'hi', content: 'no' }, { text: 'hi' }, true],
  ['kind before type', { kind: 'text', type: 'data', text: 'hi' }, { text: 'hi' }, false],
  ['inline bytes', { kind: 'file', file }, { raw: 'AAEC', mediaType: 'image/png', filename: 'a.png' }, false],
  ['an empty file', { kind: 'file', file: { bytes: '' } }, { raw: '' }, false],
  ['a linked file', { kind: 'file', file: { uri: 'https://a.example/b' } }, { url: 'https://a.example/b' }, false],
  ['{type: file}', { type: 'file', file: { bytes: 'AA==' } }, { raw: 'AA==' }, true],
  ['a bare {file}', { file: { uri: 'urn:isbn:0' } }, { url: 'urn:isbn:0' }, true],
  ['data', { kind: 'data', data: { a: null, b: [{ c: 1 }] } }, { data: { a: null, b: [{ c: 1 }] } }, false],
  ['empty data', { kind: 'data', data: {} }, { data: {} }, false],
  ['a bare {data}', { data: { a: 1 } }, { data: { a: 1 } }, true],
  ['unknown fields', { kind: 'text', text: 'hi', colour: 'red', content: 'no' }, { text: 'hi' }, false],
]

for (const [what, sent, read, old] of parts)
  test(`a part is understood: ${what}`, () => {
    const { message, oldShape } = MessageRead.parse(withPart(sent))
    assert.deepEqual(message.parts, [read])
    assert.equal(oldShape, old)
  })

const badParts: [what: string, part: unknown, field?: string][] = [
  ['nothing in it', {}],
  ['only content, without a type', { content: 'hi' }],
  ['content in a part with a kind', { kind: 'text', content: 'hi' }],
  ['a text part without text', { kind: 'text' }],
  ['a text part with a file', { kind: 'text', file: { bytes: 'AAAA' } }],
  ['a text that is no string', { kind: 'text', text: 1 }, 'parts.0.text'],
  ['an unknown kind', { kind: 'video', text: 'hi' }, 'parts.0.kind'],
  ['an unknown type', { type: 'video', text: 'hi' }, 'parts.0.type'],
  ['a file part without file', { kind: 'file', text: 'hi' }],
  ['a file with neither bytes nor uri', { kind: 'file', file: {} }, 'parts.0.file'],
  ['a file with both', { kind: 'file', file: { bytes: 'AAAA', uri: 'https://a.example/' } }, 'parts.0.file'],
  ['a file that is a string', { kind: 'file', file: 'AAAA' }, 'parts.0.file'],
  ['an empty uri', { kind: 'file', file: { uri: '' } }, 'parts.0.file.uri'],
  ['a relative uri', { kind: 'file', file: { uri: '/etc/passwd' } }, 'parts.0.file.uri'],
  ['a uri that is none', { kind: 'file', file: { uri: 'https://' } }, 'parts.0.file.uri'],
  ['a data part without data', { kind: 'data' }],
  ['data that is an array', { kind: 'data', data: [1] }, 'parts.0.data'],
  ['data that is null', { kind: 'data', data: null }, 'parts.0.data'],
  ['metadata that is an array', { kind: 'text', text: 'hi', metadata: [] }, 'parts.0.metadata'],
  ['a part that is a string', 'hi'],
  ['a part that is null', null],
  ['a part that is an array', []],
]

for (const [what, part, field = 'parts.0'] of badParts)
  test(`a part is refused: ${what}`, () => assert.deepEqual([...new Set(fieldsOf(withPart(part)))], [field]))

for (const bytes of ['A', 'AA', 'AAA', 'A===', '====', 'AA=A', 'AAA\n', 'AA A', 'AAA-', 'AA_A', 'ÄÄÄÄ'])
  test(`bytes are refused that are not base64: ${JSON.stringify(bytes)}`, () => {
    assert.deepEqual(fieldsOf(withPart({ kind: 'file', file: { bytes } })), ['parts.0.file.bytes'])
  })

for (const bytes of ['AAAA', 'AAA=', 'AA==', '+/9z'])
  test(`bytes are base64: ${bytes}`, () => {
    assert.deepEqual(MessageRead.parse(withPart({ kind: 'file', file: { bytes } })).message.parts, [{ raw: bytes }])
  })

test('a file at the limit is accepted, one beyond it is refused, and neither takes long to judge', () => {
  const ofChars = (chars: number) => withPart({ kind: 'file', file: { bytes: 'A'.repeat(chars) } })
  assert.equal(MessageRead.safeParse(ofChars(limits.inlineFileChars)).success, true)
  assert.deepEqual([...new Set(fieldsOf(ofChars(limits.inlineFileChars + 4)))], ['parts.0.file.bytes'])
  const lastIsBad = `${'A'.repeat(limits.inlineFileChars - 1)}!`
  assert.deepEqual(fieldsOf(withPart({ kind: 'file', file: { bytes: lastIsBad } })), ['parts.0.file.bytes'])
})

for (const key of ['kind', 'role', 'messageId'] as const)
  test(`a message without ${key} is understood, and is an old shape`, () => {
    const { oldShape, message } = MessageRead.parse(without(key))
    assert.equal(oldShape, true)
    assert.equal(message.role, 'user')
  })

test('a message without an id gets a new one each time', () => {
  const [one, two] = [MessageRead.parse(without('messageId')), MessageRead.parse(without('messageId'))]
  assert.equal(one.messageIdGiven, false)
  assert.match(one.message.messageId, /^[0-9a-f-]{36}$/)
  assert.notEqual(one.message.messageId, two.message.messageId)
})

test('one part of an old shape makes the whole message one', () => {
  const message = { ...standard, parts: [{ kind: 'text', text: 'a' }, { text: 'b' }] }
  const { oldShape, message: read } = MessageRead.parse(message)
  assert.equal(oldShape, true)
  assert.deepEqual(read.parts, [{ text: 'a' }, { text: 'b' }])
})

test('ids, metadata, extensions and references are kept, unknown fields are not', () => {
  const extra = { metadata: { deep: { a: [1, null] } }, extensions: ['https://a.example/x'], referenceTaskIds: ['t-0'] }
  const { message, ...rest } = MessageRead.parse({ ...standard, ...extra, taskId: 't', contextId: 'c', mood: 'good' })
  assert.deepEqual(message, { messageId: 'm-1', role: 'user', parts: [{ text: 'hello' }], ...extra })
  assert.deepEqual(rest, { messageIdGiven: true, taskId: 't', contextId: 'c', skillId: null, oldShape: false })
})

for (const key of ['skillId', 'skill_id'])
  test(`the skill may be asked for as ${key}`, () => {
    assert.equal(MessageRead.parse({ ...standard, [key]: 'calculate' }).skillId, 'calculate')
  })

test('a message of the role agent is refused, in words for its sender', () => {
  assert.deepEqual(violationsOf({ ...standard, role: 'agent' }), [
    { field: 'role', message: 'messages to an agent have the role user' },
  ])
})

const long = 'x'.repeat(limits.idChars + 1)
const badMessages: [what: string, message: unknown, field: string][] = [
  ['another kind', { ...standard, kind: 'task' }, 'kind'],
  ['an empty id', { ...standard, messageId: '' }, 'messageId'],
  ['an id that is a number', { ...standard, messageId: 1 }, 'messageId'],
  ['an id that is null', { ...standard, messageId: null }, 'messageId'],
  ...['messageId', 'taskId', 'contextId', 'skillId', 'skill_id'].map((key): [string, unknown, string] => [
    `a long ${key}`,
    { ...standard, [key]: long },
    key,
  ]),
  ['no parts at all', without('parts'), 'parts'],
  ['an empty list of parts', { ...standard, parts: [] }, 'parts'],
  ['parts that are no list', { ...standard, parts: { 0: standard.parts[0] } }, 'parts'],
  ['too many parts', { ...standard, parts: Array(limits.partsPerMessage + 1).fill({ text: 'a' }) }, 'parts'],
  ['too long a text', withPart({ kind: 'text', text: 'x'.repeat(limits.textChars + 1) }), 'parts.0.text'],
  ['too long an old text', withPart({ type: 'text', content: 'x'.repeat(limits.textChars + 1) }), 'parts.0.content'],
  ['metadata that is a string', { ...standard, metadata: 'a' }, 'metadata'],
  [
    'too many references',
    { ...standard, referenceTaskIds: Array(limits.referenceTaskIds + 1).fill('t') },
    'referenceTaskIds',
  ],
  ['too many extensions', { ...standard, extensions: Array(limits.extensionsPerMessage + 1).fill('e') }, 'extensions'],
  ['a message that is a string', 'hello', ''],
  ['a message that is null', null, ''],
  ['a message that is a list', [standard], ''],
]

for (const [what, message, field] of badMessages)
  test(`a message is refused: ${what}`, () => assert.deepEqual(fieldsOf(message), [field]))

test('what is at a limit is accepted', () => {
  const id = 'x'.repeat(limits.idChars)
  const text = 'x'.repeat(limits.textChars)
  const parts = [{ kind: 'text', text }, ...Array(limits.partsPerMessage - 1).fill({ kind: 'text', text: 'a' })]
  const { message, taskId } = MessageRead.parse({ ...standard, messageId: id, taskId: id, contextId: id, parts })
  assert.deepEqual([message.messageId, taskId, message.parts.length], [id, id, limits.partsPerMessage])
})

test('each bad part is named by its place', () => {
  assert.deepEqual(fieldsOf({ ...standard, parts: [{ text: 'a' }, {}, { kind: 'text', text: 1 }] }), [
    'parts.1',
    'parts.2.text',
  ])
})
