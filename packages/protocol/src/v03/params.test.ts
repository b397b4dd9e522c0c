import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import { limits } from '../limits.ts'
import { taskStates } from '../task-state.ts'
import { ListParams, SendParams, TaskIdParams } from './params.ts'

const message = { kind: 'message', role: 'user', messageId: 'm-1', parts: [{ kind: 'text', text: 'hello' }] }

const fieldsOf = (schema: z.ZodType, params: unknown): string[] =>
  (schema.safeParse(params).error?.issues ?? []).map(issue => issue.path.join('.'))

test('a message may be sent with nothing beside it', () => {
  const read = SendParams.parse({ message })
  assert.deepEqual(read.message.message.parts, [{ text: 'hello' }])
  assert.deepEqual(Object.keys(read), ['message'])
})

test('configuration and metadata are kept, unknown settings do no harm', () => {
  const configuration = { blocking: false, historyLength: 0, acceptedOutputModes: ['text/plain'], later: { a: 1 } }
  const read = SendParams.parse({ message, configuration, metadata: { agent: 'echo' }, extra: true })
  assert.deepEqual(read.configuration, configuration)
  assert.deepEqual(read.metadata, { agent: 'echo' })
})

test('a configuration for push notifications is read, and null is none', () => {
  const read = (pushNotificationConfig: unknown) =>
    SendParams.parse({ message, configuration: { pushNotificationConfig } }).configuration?.pushNotificationConfig
  const url = 'https://a.example/'
  assert.deepEqual(read({ url }), { id: null, url, token: null, authentication: null })
  const authentication = { schemes: ['Bearer', 'Basic'], credentials: 'c' }
  assert.deepEqual(read({ url, id: 'x', token: '', authentication }), {
    ...{ id: 'x', url, token: null },
    authentication: { ...authentication, scheme: 'Bearer' },
  })
  assert.equal(read(null), null)
  for (const wrong of [{}, 'x', { url: 7 }, { url, token: 'a\nb' }])
    assert.notDeepEqual(fieldsOf(SendParams, { message, configuration: { pushNotificationConfig: wrong } }), [])
})

const long = 'x'.repeat(limits.idChars + 1)
const badSends: [what: string, params: unknown, field: string][] = [
  ['no message', {}, 'message'],
  ['an empty key', { '': message }, 'message'],
  ['a bad part', { message: { ...message, parts: [{}] } }, 'message.parts.0'],
  ['a message of the agent', { message: { ...message, role: 'agent' } }, 'message.role'],
  ['a negative history', { message, configuration: { historyLength: -1 } }, 'configuration.historyLength'],
  ['half a history', { message, configuration: { historyLength: 1.5 } }, 'configuration.historyLength'],
  ['a history in words', { message, configuration: { historyLength: '5' } }, 'configuration.historyLength'],
  ['blocking in words', { message, configuration: { blocking: 'yes' } }, 'configuration.blocking'],
  [
    'modes that are a string',
    { message, configuration: { acceptedOutputModes: 'text' } },
    'configuration.acceptedOutputModes',
  ],
  ['a configuration that is a list', { message, configuration: [] }, 'configuration'],
  ['metadata that is a list', { message, metadata: [] }, 'metadata'],
  ['a long skill', { message, skillId: long }, 'skillId'],
]

for (const [what, params, field] of badSends)
  test(`sending is refused with ${what}`, () => assert.deepEqual(fieldsOf(SendParams, params), [field]))

const ids: [what: string, params: object, taskId: string, oldShape: boolean][] = [
  ['id', { id: 't' }, 't', false],
  ['taskId', { taskId: 't' }, 't', true],
  ['task_id', { task_id: 't' }, 't', true],
  ['id before the others', { task_id: 'no', taskId: 'no', id: 't' }, 't', false],
  ['taskId before task_id', { task_id: 'no', taskId: 't' }, 't', true],
  ['the longest id', { id: 'x'.repeat(limits.idChars) }, 'x'.repeat(limits.idChars), false],
  ['unknown fields beside it', { id: 't', metadata: { a: 1 } }, 't', false],
]

for (const [what, params, taskId, oldShape] of ids)
  test(`a task is named by ${what}`, () => {
    assert.deepEqual(TaskIdParams.parse(params), { taskId, oldShape, historyLength: undefined })
  })

test('the length of the history stays what was asked for, zero too', () => {
  for (const historyLength of [0, 7, 1_000_000_000])
    assert.equal(TaskIdParams.parse({ id: 't', historyLength }).historyLength, historyLength)
})

const badIds: [what: string, params: unknown, field: string][] = [
  ['no id', {}, 'id'],
  ['an empty id', { id: '' }, 'id'],
  ['a number', { id: 7 }, 'id'],
  ['null', { id: null }, 'id'],
  ['a long id', { id: long }, 'id'],
  ['a long old id', { task_id: long }, 'task_id'],
  ['a negative history', { id: 't', historyLength: -1 }, 'historyLength'],
]

for (const [what, params, field] of badIds)
  test(`a task is not named by ${what}`, () => assert.deepEqual(fieldsOf(TaskIdParams, params), [field]))

test('a list has defaults: a page of some tasks, without history and artifacts', () => {
  assert.deepEqual(ListParams.parse({}), {
    pageSize: limits.pageSizeDefault,
    pageToken: '',
    historyLength: 0,
    includeArtifacts: false,
  })
})

test('a list may be filtered by each state', () => {
  for (const status of taskStates) assert.equal(ListParams.parse({ status }).status, status)
})

const badLists: [params: object, field: string][] = [
  ...[0, -1, limits.pageSize + 1, 1.5, 'x', null].map((pageSize): [object, string] => [{ pageSize }, 'pageSize']),
  [{ status: 'unknown' }, 'status'],
  [{ status: 'cancelled' }, 'status'],
  [{ pageToken: 'x'.repeat(limits.pageTokenChars + 1) }, 'pageToken'],
  [{ pageToken: 5 }, 'pageToken'],
  [{ contextId: '' }, 'contextId'],
  [{ historyLength: -1 }, 'historyLength'],
  [{ includeArtifacts: 'true' }, 'includeArtifacts'],
]

for (const [params, field] of badLists)
  test(`a list is refused with ${JSON.stringify(params).slice(0, 40)}`, () => {
    assert.deepEqual(fieldsOf(ListParams, params), [field])
  })
