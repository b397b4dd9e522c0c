import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { A2AService } from '@a2a-js/sdk/server/grpc'
import { limits } from '@codetether/protocol/limits'
import { compressionAlgorithms, status } from '@grpc/grpc-js'
import { Random } from '../../journeys/random.ts'
import { type Platform, startPlatform } from '../../platform.ts'
import { alice, askingAgent, assertTellsNothing, bob, twoTokens } from '../support.ts'
import { type GrpcClient, grpcClient, naming, path03, path10, sending, taskIn } from './client.ts'

const missing = '01900000-0000-7000-8000-000000000000'

describe('calls over gRPC', () => {
  let platform: Platform
  let client: GrpcClient
  before(async () => {
    platform = await startPlatform({
      agents: [askingAgent],
      env: { A2A_GRPC_PORT: '0', A2A_AUTH_TOKENS: twoTokens, A2A_METRICS_TOKEN: 'metrics-secret-token' },
    })
    client = grpcClient(platform)
  })
  after(async () => {
    client[Symbol.dispose]()
    await platform[Symbol.asyncDispose]()
  })

  const asAlice = (method: string, request: Buffer) => client.call(path10(method), request, { metadata: alice })

  test('know their callers by the same tokens as HTTP, and tell those that they do not know', async () => {
    for (const metadata of [
      {},
      { authorization: 'Bearer wrong-secret-token' },
      { 'x-api-key': 'alice-secret-token' },
    ]) {
      const { code, error } = await client.call(path10('ListTasks'), Buffer.alloc(0), { metadata })
      assert.equal(code, status.UNAUTHENTICATED)
      assert.deepEqual([error?.reason, error?.domain], ['UNAUTHENTICATED', 'codetether'])
    }
    const { code } = await asAlice('ListTasks', Buffer.alloc(0))
    assert.equal(code, status.OK)
  })

  test('need the permissions that their methods need over HTTP', async () => {
    const metadata = { authorization: 'Bearer metrics-secret-token' }
    const { code, error } = await client.call(path10('ListTasks'), Buffer.alloc(0), { metadata })
    assert.deepEqual([code, error?.reason], [status.PERMISSION_DENIED, 'FORBIDDEN'])
  })

  test('answer about the task of somebody else as if it did not exist', async () => {
    const { id } = taskIn(await asAlice('SendMessage', sending('a secret of alice')))
    const calls: [method: string, request: (id: string) => Buffer][] = [
      ['GetTask', naming],
      ['CancelTask', naming],
      ['SendMessage', taskId => sending('hello', { taskId })],
    ]
    for (const [method, request] of calls) {
      const [theirs, ...none] = await Promise.all(
        [id, missing, 'no-uuid', "' or 1=1 --"].map(named =>
          client.call(path10(method), request(named), { metadata: bob }),
        ),
      )
      assert.deepEqual([theirs?.code, theirs?.error?.reason], [status.NOT_FOUND, 'TASK_NOT_FOUND'])
      for (const other of none)
        assert.deepEqual([other.code, other.details, other.raw], [5, theirs?.details, theirs?.raw])
    }
    const { tasks } = A2AService.listTasks.responseDeserialize(
      (await client.call(path10('ListTasks'), Buffer.alloc(0), { metadata: bob })).message ?? Buffer.alloc(0),
    )
    assert.deepEqual(tasks, [])
  })

  test('tell errors with ErrorInfo, and invalid fields with BadRequest', async () => {
    const unknown = await asAlice('GetTask', naming(missing))
    assert.deepEqual(unknown.error, {
      reason: 'TASK_NOT_FOUND',
      domain: 'a2a-protocol.org',
      metadata: unknown.error?.metadata,
      fields: [],
      descriptions: [],
    })
    const wrong = await asAlice('GetTask', naming(missing, -1))
    assert.deepEqual([wrong.code, wrong.error?.reason], [status.INVALID_ARGUMENT, 'INVALID_PARAMS'])
    assert.deepEqual(wrong.error?.fields, ['historyLength'])
    const { id: taskId } = taskIn(await asAlice('SendMessage', sending('ask me')))
    taskIn(await asAlice('SendMessage', sending('this', { taskId })))
    const ended = await asAlice('CancelTask', naming(taskId))
    assert.deepEqual([ended.code, ended.error?.reason], [status.FAILED_PRECONDITION, 'TASK_NOT_CANCELABLE'])
    assert.equal(ended.error?.metadata.state, 'completed')
    const push = A2AService.createTaskPushNotificationConfig.requestSerialize({
      ...{ tenant: '', id: '', token: '', authentication: undefined },
      ...{ taskId, url: 'https://10.0.0.1/hook' },
    })
    const refused = await asAlice('CreateTaskPushNotificationConfig', push)
    assert.deepEqual([refused.code, refused.error?.reason], [status.INVALID_ARGUMENT, 'WEBHOOK_URL_FORBIDDEN'])
  })

  test('configure push notifications, and give back what was configured', async () => {
    const { id: taskId } = taskIn(await asAlice('SendMessage', sending('ask me')))
    const config = {
      tenant: '',
      id: 'one',
      taskId,
      url: 'https://a.example/hook',
      token: '',
      authentication: undefined,
    }
    const created = await asAlice(
      'CreateTaskPushNotificationConfig',
      A2AService.createTaskPushNotificationConfig.requestSerialize(config),
    )
    assert.equal(created.code, status.OK, created.details)
    const one = A2AService.getTaskPushNotificationConfig.requestSerialize({ tenant: '', taskId, id: 'one' })
    const { message } = await asAlice('GetTaskPushNotificationConfig', one)
    const stored = A2AService.getTaskPushNotificationConfig.responseDeserialize(message ?? Buffer.alloc(0))
    assert.deepEqual([stored.id, stored.taskId, stored.url], ['one', taskId, config.url])
    const of = { tenant: '', taskId, pageSize: 0, pageToken: '' }
    const listed = await asAlice(
      'ListTaskPushNotificationConfigs',
      A2AService.listTaskPushNotificationConfigs.requestSerialize(of),
    )
    const list = A2AService.listTaskPushNotificationConfigs.responseDeserialize(listed.message ?? Buffer.alloc(0))
    assert.equal(list.configs.length, 1, listed.details)
    assert.equal((await asAlice('DeleteTaskPushNotificationConfig', one)).code, status.OK)
    assert.notEqual((await asAlice('GetTaskPushNotificationConfig', one)).code, status.OK)
  })

  test('with names of many characters get an answer whose trailers a client takes', async () => {
    const name = '\u{1f600}'.repeat(5_000)
    const { code, details } = await asAlice('SendMessage', sending('hello', { metadata: { agent: name } }))
    assert.equal(code, status.INVALID_ARGUMENT)
    assert.match(details, /no agent or skill/)
  })

  test('in another version than that of the service are refused', async () => {
    for (const version of ['0.3', '2.0']) {
      const answer = await client.call(path10('ListTasks'), Buffer.alloc(0), {
        metadata: { ...alice, 'a2a-version': version },
      })
      assert.deepEqual([answer.code, answer.error?.reason], [status.FAILED_PRECONDITION, 'VERSION_NOT_SUPPORTED'])
    }
    const same = await client.call(path10('ListTasks'), Buffer.alloc(0), {
      metadata: { ...alice, 'a2a-version': '1.0.1' },
    })
    assert.equal(same.code, status.OK)
  })

  test('to methods that do not exist are not implemented', async () => {
    for (const path of [
      path10('Nothing'),
      '/lf.a2a.v1.Other/GetTask',
      '/',
      '/grpc.reflection.v1.ServerReflection/Info',
    ])
      assert.equal((await client.call(path, Buffer.alloc(0), { metadata: alice })).code, status.UNIMPLEMENTED)
  })

  const deep = (levels: number): Buffer => {
    let value: object = {}
    for (let i = 0; i < levels; i++) value = { a: value }
    return sending('hello', { metadata: value })
  }
  const bad: [what: string, request: Buffer, reason: string][] = [
    ['that is no message', Buffer.from('garbage, not a message'), 'PARSE_ERROR'],
    ['that is cut', sending('hello').subarray(0, -5), 'PARSE_ERROR'],
    ['with a text that is not UTF-8', Buffer.from([0x0a, 0x01, 0xff]), 'PARSE_ERROR'],
    ['with half of a surrogate pair', Buffer.from([0x0a, 0x03, 0xed, 0xa0, 0x80]), 'PARSE_ERROR'],
    ['with NUL', sending('a\0b'), 'INVALID_PARAMS'],
    ['that is too deep', deep(limits.jsonDepth), 'INVALID_PARAMS'],
    ['that is a thousand times too deep', deep(1_000), 'INVALID_PARAMS'],
    ['with a forbidden key', sending('a', { metadata: { constructor: 1 } }), 'INVALID_PARAMS'],
    ['with a number that is none', sending('a', { metadata: { a: Number.NaN } }), 'INVALID_PARAMS'],
    ['without a message', Buffer.alloc(0), 'INVALID_PARAMS'],
  ]
  for (const [what, request, reason] of bad)
    test(`with a request ${what} are refused as ${reason}`, async () => {
      const { code, details, error } = await asAlice('SendMessage', request)
      assert.deepEqual([code, error?.reason], [status.INVALID_ARGUMENT, reason])
      assertTellsNothing(details)
    })

  test('with a time that is no date are refused', async () => {
    // status_timestamp_after: seconds of the year 300000.
    const request = Buffer.from([0x3a, 0x07, 0x08, 0x80, 0xa0, 0xa0, 0x99, 0xa2, 0x44])
    const { code, error } = await asAlice('ListTasks', request)
    assert.deepEqual([code, error?.reason], [status.INVALID_ARGUMENT, 'INVALID_PARAMS'])
  })

  test('of more bytes than a body may have are refused, packed or not', async () => {
    const large = sending('x'.repeat(limits.bodyBytes))
    const { code, error } = await asAlice('SendMessage', large)
    assert.deepEqual([code, error?.reason], [status.RESOURCE_EXHAUSTED, 'TOO_LARGE'])
    using packing = grpcClient(platform, { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip })
    const packed = await packing.call(path10('SendMessage'), large, { metadata: alice })
    assert.deepEqual([packed.code, packed.error?.reason], [status.RESOURCE_EXHAUSTED, 'TOO_LARGE'])
    const small = await packing.call(path10('SendMessage'), sending('x'.repeat(10_000)), { metadata: alice })
    assert.equal(small.code, status.OK)
  })
})

test('bytes that somebody has changed are answered, and never as a fault of the server', async () => {
  const random = new Random(20_261_121)
  await using platform = await startPlatform({ agents: [askingAgent], env: { A2A_GRPC_PORT: '0' } })
  using client = grpcClient(platform)
  const whole = sending('hello', { metadata: { a: [1, 'b', { c: null }], d: { e: 1.5 } } }, true)
  const paths = [path10('SendMessage'), path10('ListTasks'), path03('SendMessage'), path03('GetTask')]
  const codes = new Set<number>()
  for (let round = 0; round < 100; round++) {
    const answers = paths.map(path => {
      const bytes = Buffer.from(whole)
      for (let i = random.between(1, 5); i > 0; i--) bytes[random.between(0, bytes.length)] = random.between(0, 256)
      return client.call(path, bytes.subarray(0, random.between(1, bytes.length + 1)))
    })
    for (const { code, details } of await Promise.all(answers)) {
      codes.add(code)
      assertTellsNothing(details)
    }
  }
  const { OK, INVALID_ARGUMENT, NOT_FOUND } = status
  assert.deepEqual(
    [...codes].filter(code => ![OK, INVALID_ARGUMENT, NOT_FOUND].includes(code)),
    [],
  )
})
