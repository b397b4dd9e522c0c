import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { alice, bob, twoTokens } from '../doors/support.ts'
import { query } from '../event-log.ts'
import { message, type RpcBody, startPlatform } from '../platform.ts'

const platform = await startPlatform({ env: { A2A_AUTH_TOKENS: twoTokens, A2A_OUTBOUND_ALLOW: '127.0.0.1' } })
after(() => platform[Symbol.asyncDispose]())

const missing = '00000000-0000-7000-8000-000000000000'
const url = 'https://8.8.8.8/a2a?x=1'

const newTask = async (): Promise<string> => (await platform.rpc('message/send', message('hello'), alice)).result.id
const call = (method: string, params: object, headers = alice): Promise<RpcBody> =>
  platform.rpc(method, params, headers)
const resultOf = async (method: string, params: object): Promise<RpcBody> => {
  const { result, error } = await call(method, params)
  assert.equal(error, undefined, JSON.stringify(error))
  return result
}
const codeOf = async (method: string, params: object, headers = alice): Promise<number> =>
  (await call(method, params, headers)).error?.code

test('configs of v1.0 are made, shown without their secrets, listed in pages, replaced and deleted', async () => {
  const taskId = await newTask()
  const authentication = { scheme: 'Bearer', credentials: 'very-secret' }
  const config = { tenant: '', taskId, id: 'b', url, token: 'also-secret', authentication }
  const shown = { id: 'b', taskId, url, authentication: { scheme: 'Bearer' } }
  assert.deepEqual(await resultOf('CreateTaskPushNotificationConfig', config), shown)
  assert.deepEqual(await resultOf('GetTaskPushNotificationConfig', { taskId, id: 'b' }), shown)
  const made = await resultOf('CreateTaskPushNotificationConfig', { taskId, id: '', url: 'https://127.0.0.1/' })
  assert.match(made.id, /^[0-9a-f-]{36}$/)
  await resultOf('CreateTaskPushNotificationConfig', { taskId, id: 'c', url })
  const first = await resultOf('ListTaskPushNotificationConfigs', { taskId, pageSize: 2 })
  assert.deepEqual([first.configs.length, typeof first.nextPageToken], [2, 'string'])
  const pageToken = first.nextPageToken
  const second = await resultOf('ListTaskPushNotificationConfigs', { taskId, pageSize: 2, pageToken })
  assert.deepEqual([second.configs.map(({ id }: RpcBody) => id), second.nextPageToken], [['c'], ''])
  const other = 'https://1.1.1.1/'
  await resultOf('CreateTaskPushNotificationConfig', { taskId, id: 'b', url: other })
  assert.deepEqual(await resultOf('GetTaskPushNotificationConfig', { taskId, id: 'b' }), {
    id: 'b',
    taskId,
    url: other,
  })
  for (const _ of [1, 2]) assert.deepEqual(await resultOf('DeleteTaskPushNotificationConfig', { taskId, id: 'b' }), {})
  assert.equal(await codeOf('GetTaskPushNotificationConfig', { taskId, id: 'b' }), -32001)
  assert.equal((await resultOf('ListTaskPushNotificationConfigs', { taskId })).configs.length, 2)
})

test('configs of v0.3 are set, got without an id, listed and deleted, and are the same ones', async () => {
  const id = await newTask()
  const authentication = { schemes: ['Bearer', 'Basic'], credentials: 'very-secret' }
  const pushNotificationConfig = { id: 'x', url, token: 'also-secret', authentication }
  const shown = { taskId: id, pushNotificationConfig: { id: 'x', url, authentication: { schemes: ['Bearer'] } } }
  assert.equal(await codeOf('tasks/pushNotificationConfig/get', { id }), -32001)
  assert.deepEqual(await resultOf('tasks/pushNotificationConfig/set', { taskId: id, pushNotificationConfig }), shown)
  assert.deepEqual(await resultOf('tasks/pushNotificationConfig/get', { id }), shown)
  const named = { id, pushNotificationConfigId: 'x' }
  assert.deepEqual(await resultOf('tasks/pushNotificationConfig/get', named), shown)
  assert.deepEqual(await resultOf('tasks/pushNotificationConfig/list', { id }), [shown])
  assert.equal((await resultOf('ListTaskPushNotificationConfigs', { taskId: id })).configs[0].id, 'x')
  for (const _ of [1, 2]) assert.equal(await resultOf('tasks/pushNotificationConfig/delete', named), null)
  assert.deepEqual(await resultOf('tasks/pushNotificationConfig/list', { id }), [])
})

test('somebody else’s task and one that is not there are the same: not found', async () => {
  const taskId = await newTask()
  await resultOf('CreateTaskPushNotificationConfig', { taskId, id: 'x', url })
  const pushNotificationConfig = { url }
  const calls = (id: string): [string, object][] => [
    ['CreateTaskPushNotificationConfig', { taskId: id, url }],
    ['GetTaskPushNotificationConfig', { taskId: id, id: 'x' }],
    ['ListTaskPushNotificationConfigs', { taskId: id }],
    ['DeleteTaskPushNotificationConfig', { taskId: id, id: 'x' }],
    ['tasks/pushNotificationConfig/set', { taskId: id, pushNotificationConfig }],
    ['tasks/pushNotificationConfig/get', { id }],
    ['tasks/pushNotificationConfig/list', { id }],
    ['tasks/pushNotificationConfig/delete', { id, pushNotificationConfigId: 'x' }],
  ]
  for (const [[method, foreign], [, absent]] of calls(taskId).map(
    (row, n) => [row, calls(missing)[n] ?? row] as const,
  )) {
    const theirs = (await call(method, foreign, bob)).error
    assert.equal(theirs.code, -32001, method)
    assert.deepEqual(theirs, (await call(method, absent, bob)).error)
  }
  assert.equal((await resultOf('ListTaskPushNotificationConfigs', { taskId })).configs.length, 1)
})

test('a URL that leads into this network is refused at once, also with a message', async () => {
  const taskId = await newTask()
  for (const bad of ['https://10.0.0.1/', 'http://example.com/', 'https://localhost/', 'file:///x', 'x']) {
    const { error } = await call('CreateTaskPushNotificationConfig', { taskId, url: bad })
    assert.deepEqual(
      [error.code, error.data[0].reason, error.data[1].fieldViolations[0].field],
      [-31400, 'WEBHOOK_URL_FORBIDDEN', 'url'],
    )
    const configuration = { pushNotificationConfig: { url: bad } }
    for (const method of ['message/send', 'message/stream'])
      assert.equal(await codeOf(method, { ...message('hello'), configuration }), -31400)
  }
  assert.deepEqual((await resultOf('ListTaskPushNotificationConfigs', { taskId })).configs, [])
})

test('what is no config is refused by field, and no field can break out of its header', async () => {
  const taskId = await newTask()
  const wrong: [object, string][] = [
    [{}, 'url'],
    [{ url: 7 }, 'url'],
    [{ url: `https://example.com/${'x'.repeat(limits.webhookUrlChars)}` }, 'url'],
    [{ url, token: 'a\r\nx: y' }, 'token'],
    [{ url, token: 'ü' }, 'token'],
    [{ url, token: 'whsec_short' }, 'token'],
    [{ url, token: `whsec_${'A'.repeat(43)}= none` }, 'token'],
    [{ url, id: 'x'.repeat(257) }, 'id'],
    [{ url, authentication: { scheme: 'a b' } }, 'authentication.scheme'],
    [{ url, authentication: { scheme: 'Bearer', credentials: 'x\ny' } }, 'authentication.credentials'],
    [{ url, authentication: 'Bearer x' }, 'authentication'],
  ]
  for (const [config, field] of wrong) {
    const { error } = await call('CreateTaskPushNotificationConfig', { taskId, ...config })
    assert.deepEqual([error.code, error.data[1].fieldViolations[0].field], [-32602, field], JSON.stringify(config))
  }
  for (const params of [
    { taskId, pageSize: -1 },
    { taskId, pageSize: 101 },
    { taskId, pageToken: 'forged' },
  ])
    assert.equal(await codeOf('ListTaskPushNotificationConfigs', params), -32602)
})

test('a task takes so many configs and no more', async () => {
  const taskId = await newTask()
  for (let n = 0; n < limits.pushConfigsPerTask; n++)
    await resultOf('CreateTaskPushNotificationConfig', { taskId, id: `c${n}`, url })
  assert.equal(await codeOf('CreateTaskPushNotificationConfig', { taskId, id: 'one more', url }), -32602)
  await resultOf('CreateTaskPushNotificationConfig', { taskId, id: 'c0', url })
})

test('secrets are encrypted where they are stored', async () => {
  const taskId = await newTask()
  const authentication = { scheme: 'Bearer', credentials: 'canary-credentials' }
  await resultOf('CreateTaskPushNotificationConfig', { taskId, id: 'x', url, token: 'canary-token', authentication })
  const rows = await query<{ row: string }>(platform.database, 'select c::text as row from push_configs c')
  const text = rows.map(({ row }) => row).join()
  assert.ok(text.includes(taskId))
  assert.doesNotMatch(text, new RegExp(`canary|${Buffer.from('canary').toString('hex')}`))
})
