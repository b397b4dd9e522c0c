import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { message, type Platform, startPlatform } from '../platform.ts'
import { askingAgent, assertRpcError, post, rpcPaths } from './support.ts'

const text = { kind: 'text', text: 'hello' }
const withMessage = (more: object) => message('hello', more)
const withParts = (...parts: unknown[]) => withMessage({ parts })
const withConfiguration = (configuration: object) => ({ ...message('hello'), configuration })
const file = (more: object) => withParts({ kind: 'file', file: more })
const missingTask = '00000000-0000-7000-8000-000000000000'

/** What a message must look like: the field that the refusal names, and the params. */
const messages: [field: string, params: object][] = [
  ['message', {}],
  ...[null, 'hello', 7, [], [text]].map((value): [string, object] => ['message', { message: value }]),
  ...[undefined, null, 'hello', {}, text].map((parts): [string, object] => ['message.parts', withMessage({ parts })]),
  ['message.parts', withParts()],
  ['message.parts', withParts(...Array.from({ length: 257 }, () => text))],
  ...[null, 'hello', 7, [], [text], {}, { kind: 'text' }, { kind: 'data' }, { kind: 'file' }].map(
    (part): [string, object] => ['message.parts.0', withParts(part)],
  ),
  ['message.parts.1.text', withParts(text, { kind: 'text', text: null })],
  ...['image', '', 'Text', null, 7].map((kind): [string, object] => [
    'message.parts.0.kind',
    withParts({ ...text, kind }),
  ]),
  ...[7, null, ['hello'], {}].map((value): [string, object] => [
    'message.parts.0.text',
    withParts({ ...text, text: value }),
  ]),
  ['message.parts.0.text', withParts({ kind: 'text', text: 'x'.repeat(1024 * 1024 + 1) })],
  ...['text', 7, [], null].map((data): [string, object] => ['message.parts.0.data', withParts({ kind: 'data', data })]),
  ['message.parts.0.file', file({})],
  ['message.parts.0.file', file({ bytes: 'QQ==', uri: 'https://example.org/a' })],
  ...['QQ', 'Q Q=', '====', 'ÄÄÄÄ'].map((bytes): [string, object] => ['message.parts.0.file.bytes', file({ bytes })]),
  ['message.parts.0.file.uri', file({ uri: 'no uri' })],
  ...['agent', 'system', '', 7, null].map((role): [string, object] => ['message.role', withMessage({ role })]),
  ...['task', '', null].map((kind): [string, object] => ['message.kind', withMessage({ kind })]),
  ...['', 'm'.repeat(257), 7, null, {}].map((messageId): [string, object] => [
    'message.messageId',
    withMessage({ messageId }),
  ]),
  ...['', 'c'.repeat(257), 7, {}].map((contextId): [string, object] => [
    'message.contextId',
    withMessage({ contextId }),
  ]),
  ...['', 't'.repeat(257), 7, []].map((taskId): [string, object] => ['message.taskId', withMessage({ taskId })]),
  ...['text', [], 7].map((metadata): [string, object] => ['message.metadata', withMessage({ metadata })]),
  ['message.referenceTaskIds', withMessage({ referenceTaskIds: 'x' })],
  ['message.extensions', withMessage({ extensions: Array.from({ length: 65 }, () => 'x') })],
  ['metadata', { ...message('hello'), metadata: [] }],
  ['metadata', { ...message('hello'), metadata: { agent: 'Nobody' } }],
  ['metadata', { ...message('hello'), skillId: 'nothing' }],
  ...[-1, 1.5, '3', null, 2 ** 31 + 0.5].map((historyLength): [string, object] => [
    'configuration.historyLength',
    withConfiguration({ historyLength }),
  ]),
  ['configuration.blocking', withConfiguration({ blocking: 'true' })],
  ['configuration.acceptedOutputModes', withConfiguration({ acceptedOutputModes: 'text/plain' })],
  ['configuration', { ...message('hello'), configuration: [] }],
]

const listings: [field: string, params: object][] = [
  ...[0, -1, 101, 1e9, 1.5, 'x', '10', null].map((pageSize): [string, object] => ['pageSize', { pageSize }]),
  ...[-1, 1.5, 'x', null].map((historyLength): [string, object] => ['historyLength', { historyLength }]),
  ...['x', 'bm90IGEgdG9rZW4', "1' or 1=1 --", 'AAAA', 'é', 'x'.repeat(513), 7, {}].map(
    (pageToken): [string, object] => ['pageToken', { pageToken }],
  ),
  ...['done', '', 'COMPLETED', 7].map((status): [string, object] => ['status', { status }]),
  ['contextId', { contextId: '' }],
  ['includeArtifacts', { includeArtifacts: 'yes' }],
]

const taskCalls = ['tasks/get', 'tasks/cancel', 'tasks/resubscribe']
const identities: [field: string, params: object][] = [
  ['id', {}],
  ...['', 'i'.repeat(257), 7, null, {}, ['x']].map((id): [string, object] => ['id', { id }]),
  ['taskId', { taskId: 7 }],
  ...[-1, 0.5, '1'].map((historyLength): [string, object] => ['historyLength', { id: missingTask, historyLength }]),
]

interface Case {
  method: string
  params: object
  field: string
}

const cases: Case[] = [
  ...['message/send', 'message/stream'].flatMap(method =>
    messages.map(([field, params]) => ({ method, field, params })),
  ),
  ...listings.map(([field, params]) => ({ method: 'tasks/list', field, params })),
  ...taskCalls.flatMap(method => identities.map(([field, params]) => ({ method, field, params }))),
]

/** Params in the name of a test, which is the same in each run. */
const shown = (params: object): string =>
  JSON.stringify(params)
    .replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '…')
    .slice(0, 160)

describe('the parameters of the methods', () => {
  let platform: Platform
  let url: string
  before(async () => {
    platform = await startPlatform()
    url = platform.url
  })
  after(() => platform[Symbol.asyncDispose]())

  const call = (method: string, params: object, headers: Record<string, string> = {}, path = '/') =>
    post(`${url}${path}`, { jsonrpc: '2.0', id: 'x', method, params }, headers)

  for (const { method, params, field } of cases)
    test(`${method} with ${shown(params)} is refused for ${field}`, async () => {
      const answer = await call(method, params)
      assert.equal(answer.status, 200)
      assertRpcError(answer, -32602, 'x')
      const { fieldViolations } = answer.body.error.data[1]
      assert.ok(fieldViolations.length > 0 && fieldViolations.length <= 20)
      assert.equal(fieldViolations[0].field, field, answer.raw.slice(0, 500))
      assert.ok(answer.raw.length < 10_000, 'the refusal does not repeat the input')
    })

  test('a refused message stores nothing', async () => {
    const { result: before } = await platform.rpc('tasks/list')
    for (const [, params] of messages) await call('message/send', params)
    const { result: now } = await platform.rpc('tasks/list')
    assert.equal(now.totalSize, before.totalSize)
  })

  test('a huge historyLength counts as all', async () => {
    const params = { ...withConfiguration({ historyLength: 1e9 }) }
    const { body } = await call('message/send', params)
    for (const historyLength of [1e9, Number.MAX_SAFE_INTEGER]) {
      const got = await call('tasks/get', { id: body.result.id, historyLength })
      assert.equal(got.body.result.history.length, 1)
      const listed = await call('tasks/list', { historyLength, pageSize: 1 })
      assert.equal(listed.body.result.tasks[0].history.length, 1)
    }
    const none = await call('tasks/get', { id: body.result.id, historyLength: 0 })
    assert.equal(none.body.result.history, undefined)
  })

  test('a page token that was made up, or that belongs to another filter, is refused', async () => {
    const contextId = crypto.randomUUID()
    for (let count = 0; count < 2; count++) await call('message/send', message('hello', { contextId }))
    const { body } = await call('tasks/list', { contextId, pageSize: 1 })
    const { nextPageToken } = body.result
    assert.equal((await call('tasks/list', { contextId, pageToken: nextPageToken })).body.result.tasks.length, 1)
    const madeUp = Buffer.from(`999999999999999 ${missingTask}`).toString('base64url')
    for (const params of [{ pageToken: nextPageToken }, { contextId, pageToken: madeUp }])
      assertRpcError(await call('tasks/list', params), -32602, 'x')
  })

  for (const modes of [['image/png'], ['application/json', 'audio/*'], ['']])
    test(`an answer only as ${JSON.stringify(modes)} is refused with -32005`, async () => {
      for (const method of ['message/send', 'message/stream'])
        assertRpcError(await call(method, withConfiguration({ acceptedOutputModes: modes })), -32005, 'x')
    })

  for (const modes of [[], ['text/plain'], ['TEXT/PLAIN; charset=utf-8'], ['image/png', '*/*'], ['text/*']])
    test(`an answer as ${JSON.stringify(modes)} is given`, async () => {
      const { body } = await call('message/send', withConfiguration({ acceptedOutputModes: modes }))
      assert.equal(body.result.status.state, 'completed')
    })

  const refusals: [method: string, params: object, code: number][] = [
    ...['set', 'get', 'list', 'delete'].map((verb): [string, object, number] => [
      `tasks/pushNotificationConfig/${verb}`,
      {
        id: missingTask,
        taskId: missingTask,
        pushNotificationConfigId: 'x',
        pushNotificationConfig: { url: 'https://192.0.2.1/' },
      },
      verb === 'set' ? -31400 : -32001,
    ]),
    ['message/send', withConfiguration({ pushNotificationConfig: { url: 'http://127.0.0.1:1/' } }), -31400],
    ['message/stream', withConfiguration({ pushNotificationConfig: { url: 'http://127.0.0.1:1/' } }), -31400],
    ['agent/getAuthenticatedExtendedCard', {}, -32007],
  ]
  for (const [method, params, code] of refusals)
    test(`${method} is answered with ${code}: ${shown(params).slice(-60)}`, async () => {
      for (const path of rpcPaths) {
        const answer = await call(method, params, {}, path)
        assert.equal(answer.status, 200)
        assertRpcError(answer, code, 'x')
      }
    })

  for (const version of ['9.9', '1.1', '0.2', '0.30', '0.3x', 'x', '0', '3', '0.3, 9.9', '__proto__'])
    test(`the version ${version} is refused, as a header and as a query parameter`, async () => {
      for (const path of rpcPaths) {
        const asHeader = await call('message/send', message('hello'), { 'a2a-version': version }, path)
        const query = `?A2A-Version=${encodeURIComponent(version)}`
        const asQuery = await call('message/send', message('hello'), {}, `${path}${query}`)
        for (const answer of [asHeader, asQuery]) {
          assert.equal(answer.status, 200)
          assertRpcError(answer, -32009, 'x')
          assert.deepEqual(answer.body.error.data[0].metadata, { supportedVersions: ['0.3', '1.0'] })
        }
      }
    })

  for (const version of ['', '0.3', '0.3.0', '0.3.9'])
    test(`the version ${JSON.stringify(version)} is 0.3, as a header and as a query parameter`, async () => {
      for (const path of rpcPaths) {
        const asHeader = await call('message/send', message('hello'), { 'a2a-version': version }, path)
        const asQuery = await call('message/send', message('hello'), {}, `${path}?A2A-Version=${version}`)
        for (const { body } of [asHeader, asQuery]) assert.equal(body.result.status.state, 'completed')
      }
    })

  test('a version given twice in the query does not pass for none', async () => {
    const answer = await call('message/send', message('hello'), {}, '/?A2A-Version=9.9&A2A-Version=9.8')
    assertRpcError(answer, -32009, 'x')
  })

  test('a task that has ended is not cancelable, nor is it by a second call', async () => {
    const { body } = await call('message/send', message('hello'))
    for (const _ of [1, 2]) {
      const answer = await call('tasks/cancel', { id: body.result.id })
      assert.equal(answer.status, 200)
      assertRpcError(answer, -32002, 'x')
    }
    const more = await call('message/send', withMessage({ taskId: body.result.id }))
    assertRpcError(more, -32004, 'x')
  })
})

describe('a task that waits for its caller', () => {
  let platform: Platform
  before(async () => {
    platform = await startPlatform({ agents: [askingAgent] })
  })
  after(() => platform[Symbol.asyncDispose]())

  const ask = async () => (await platform.rpc('message/send', message('hello'))).result

  test('is not continued under another context', async () => {
    const { id, contextId } = await ask()
    for (const other of ['another', contextId.toUpperCase(), ` ${contextId}`]) {
      const { error } = await platform.rpc('message/send', withMessage({ taskId: id, contextId: other }))
      assert.equal(error.code, -32602)
      assert.equal(error.data[1].fieldViolations[0].field, 'message.contextId')
    }
    const { result } = await platform.rpc('message/send', withMessage({ taskId: id, contextId }))
    assert.equal(result.status.state, 'completed')
  })

  test('is canceled once; the second cancel is -32002', async () => {
    const { id } = await ask()
    const { result } = await platform.rpc('tasks/cancel', { id })
    assert.equal(result.status.state, 'canceled')
    const { error } = await platform.rpc('tasks/cancel', { id })
    assert.equal(error.code, -32002)
  })
})
