import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../limits.ts'
import { ListTasksParams, SendMessageParams, TaskParams } from './params.ts'

const message = (more: object = {}) => ({ messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'hello' }], ...more })

/** Where a message is refused, or null. */
const refusalOf = (params: unknown): string | null => {
  const { error } = SendMessageParams.safeParse(params)
  return error ? `${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}` : null
}

test('what is not set may be null, and a number a text, as in all ProtoJSON', () => {
  const nothing = { contextId: null, taskId: null, metadata: null, extensions: null, referenceTaskIds: null }
  const parts = [
    { text: 'hello', raw: null, url: null, data: null, filename: null, mediaType: null, metadata: null },
    { data: null },
  ]
  const configuration = { acceptedOutputModes: null, historyLength: null, returnImmediately: null }
  const read = SendMessageParams.parse({ message: message({ ...nothing, parts }), configuration, metadata: null })
  assert.deepEqual(read.message.message, { messageId: 'm', role: 'user', parts: [{ text: 'hello' }, { data: null }] })
  assert.deepEqual([read.message.taskId, read.message.contextId, read.metadata], [null, null, undefined])
  assert.deepEqual([read.configuration?.returnImmediately, read.configuration?.historyLength], [false, undefined])
  assert.equal(SendMessageParams.parse({ message: message(), configuration: null }).configuration, undefined)
  assert.equal(refusalOf({ message: null })?.split(':')[0], 'message')
  assert.equal(TaskParams.parse({ id: 't', historyLength: '7' }).historyLength, 7)
  const unset = { contextId: null, status: null, pageSize: null, pageToken: null, historyLength: null }
  const listed = ListTasksParams.parse({ ...unset, statusTimestampAfter: null, includeArtifacts: null })
  assert.deepEqual(
    [listed.pageSize, listed.pageToken, listed.historyLength, listed.includeArtifacts],
    [50, '', 0, false],
  )
})

test('a message of v1.0 is read into the form of the platform', () => {
  const parts = [
    { text: '', metadata: { a: 1 } },
    { raw: '-_8', filename: 'a.bin', mediaType: 'application/octet-stream' },
    { url: 'https://a.example/b' },
    { data: null },
    { data: [1, 'b', { c: true }] },
  ]
  const { message: read } = SendMessageParams.parse({
    message: message({
      parts,
      taskId: 't',
      contextId: 'c',
      metadata: { x: 1 },
      extensions: ['u'],
      referenceTaskIds: ['r'],
    }),
  })
  assert.deepEqual(read, {
    message: {
      messageId: 'm',
      role: 'user',
      parts: [
        { text: '', metadata: { a: 1 } },
        { raw: '+/8=', filename: 'a.bin', mediaType: 'application/octet-stream' },
        { url: 'https://a.example/b' },
        { data: null },
        { data: [1, 'b', { c: true }] },
      ],
      metadata: { x: 1 },
      extensions: ['u'],
      referenceTaskIds: ['r'],
    },
    messageIdGiven: true,
    taskId: 't',
    contextId: 'c',
    skillId: null,
  })
})

test('ids that are written as their default value are not set', () => {
  const { message: read } = SendMessageParams.parse({ message: message({ taskId: '', contextId: '' }) })
  assert.deepEqual([read.taskId, read.contextId], [null, null])
})

const refused: [what: string, message: object, refusal: RegExp][] = [
  ['without an id', message({ messageId: undefined }), /^message\.messageId: /],
  ['with an id that is too long', message({ messageId: 'm'.repeat(limits.idChars + 1) }), /^message\.messageId: /],
  ['of the agent', message({ role: 'ROLE_AGENT' }), /^message\.role: messages to an agent have the role ROLE_USER/],
  ['with a role of v0.3', message({ role: 'user' }), /^message\.role: /],
  ['without parts', message({ parts: [] }), /^message\.parts: a message needs at least one part/],
  ['with an empty part', message({ parts: [{}] }), /^message\.parts\.0: needs exactly one of/],
  [
    'with two contents in a part',
    message({ parts: [{ text: 'a', url: 'b:c' }] }),
    /^message\.parts\.0: needs exactly one/,
  ],
  ['with a part of v0.3', message({ parts: [{ kind: 'file', file: {} }] }), /^message\.parts\.0: needs exactly one/],
  ['with raw bytes that are none', message({ parts: [{ raw: '%' }] }), /^message\.parts\.0: raw is not base64/],
  ['with a URL that is none', message({ parts: [{ url: 'no url' }] }), /^message\.parts\.0: url is not a URL/],
]

for (const [what, input, refusal] of refused)
  test(`a message ${what} is refused`, () => assert.match(refusalOf({ message: input }) ?? '', refusal))

test('the history length is a whole number of messages', () => {
  for (const historyLength of [0, 5, undefined]) assert.ok(TaskParams.safeParse({ id: 't', historyLength }).success)
  for (const historyLength of [-1, 1.5, '1.5', 'x', ''])
    assert.ok(!TaskParams.safeParse({ id: 't', historyLength }).success)
})

test('a listing names states as v1.0 does', () => {
  const read = (params: object) => ListTasksParams.safeParse(params).data?.status ?? null
  assert.equal(read({ status: 'TASK_STATE_INPUT_REQUIRED' }), 'input-required')
  assert.equal(read({ status: 'TASK_STATE_UNSPECIFIED' }), null)
  for (const status of ['completed', 'TASK_STATE_CANCELLED', 'task_state_completed', 4])
    assert.ok(!ListTasksParams.safeParse({ status }).success)
})

test('a listing has pages of 1 to 100 tasks, 50 unless it is told', () => {
  assert.equal(ListTasksParams.parse({}).pageSize, 50)
  for (const pageSize of [0, -1, 101, 1.5, '101', 'x']) assert.ok(!ListTasksParams.safeParse({ pageSize }).success)
})

test('a listing takes times of RFC 3339', () => {
  for (const statusTimestampAfter of ['2026-11-21T04:00:00Z', '2026-11-21T04:00:00.123+01:00'])
    assert.ok(ListTasksParams.safeParse({ statusTimestampAfter }).success)
  for (const statusTimestampAfter of ['yesterday', '2026-11-21', '', 5])
    assert.ok(!ListTasksParams.safeParse({ statusTimestampAfter }).success)
})
