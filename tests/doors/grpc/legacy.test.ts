import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { LegacyA2AService } from '@a2a-js/sdk/compat/v0_3/server/grpc'
import { A2AService } from '@a2a-js/sdk/server/grpc'
import { generationKey, resumeUri } from '@codetether/protocol/resume-extension'
import { status } from '@grpc/grpc-js'
import { type Platform, startPlatform } from '../../platform.ts'
import { agentOf, alice, twoTokens } from '../support.ts'
import { type GrpcClient, type GrpcOptions, grpcClient, path03, path10 } from './client.ts'

type Request = Parameters<typeof LegacyA2AService.sendMessage.requestSerialize>[0]
type Parts = NonNullable<Request['request']>['content']

const nothing = Buffer.alloc(0)

/** Answers with the parts that it is sent. */
const mirror = agentOf((message, ctx) =>
  ctx.artifact({ artifactId: 'same', parts: message.parts }).then(() => ctx.reply('done')),
)

const sending = (content: Parts, more: Partial<Request> = {}): Buffer =>
  LegacyA2AService.sendMessage.requestSerialize({
    request: {
      ...{ messageId: crypto.randomUUID(), contextId: '', taskId: '', role: 1 },
      ...{ content, metadata: { a: [1, null, { b: true }] }, extensions: [] },
    },
    configuration: undefined,
    metadata: undefined,
    ...more,
  })

const parts: Parts = [
  { part: { $case: 'text', value: 'some text' } },
  { part: { $case: 'data', value: { data: { a: [1, true, null, 'x'], b: {} } } } },
  file({ $case: 'fileWithBytes', value: Buffer.from([0, 255, 128]) }),
  file({ $case: 'fileWithUri', value: 'https://files.example/a.bin' }),
]

function file(
  value: { $case: 'fileWithBytes'; value: Buffer } | { $case: 'fileWithUri'; value: string },
): Parts[number] {
  return { part: { $case: 'file', value: { file: value, mimeType: 'application/octet-stream' } } }
}

describe('the service of v0.3', () => {
  let platform: Platform
  let client: GrpcClient
  before(async () => {
    const env = { A2A_GRPC_PORT: '0', A2A_AUTH_TOKENS: twoTokens, A2A_PUBLIC_SKILLS: 'task-management' }
    platform = await startPlatform({ agents: [mirror], env })
    client = grpcClient(platform)
  })
  after(async () => {
    client[Symbol.dispose]()
    await platform[Symbol.asyncDispose]()
  })

  const call = (method: string, request: Buffer, { metadata, ...options }: GrpcOptions = {}) =>
    client.call(path03(method), request, { ...options, metadata: { ...alice, ...metadata } })

  async function send(request: Buffer, options?: GrpcOptions) {
    const { message, details } = await call('SendMessage', request, options)
    const { payload } = LegacyA2AService.sendMessage.responseDeserialize(message ?? nothing)
    assert.ok(payload?.$case === 'task', details)
    return payload.value
  }

  test('takes every kind of part and gives it back, and the task is that of JSON-RPC', async () => {
    const task = await send(sending(parts))
    assert.equal(task.status?.state, 3)
    assert.deepEqual(task.artifacts[0]?.parts, parts)
    assert.deepEqual(task.history[0]?.content, parts)
    const { result } = await platform.rpc('tasks/get', { id: task.id }, alice)
    assert.deepEqual([result.contextId, result.status.timestamp], [task.contextId, task.status.timestamp])
    assert.deepEqual(
      result.history[0].parts.map(({ kind }: { kind: string }) => kind),
      ['text', 'data', 'file', 'file'],
    )
    assert.deepEqual(result.history[0].metadata, { a: [1, null, { b: true }] })
  })

  test('names tasks as resources, and refuses names that are none', async () => {
    const { id } = await send(sending(parts.slice(0, 1)))
    for (const historyLength of [0, 1]) {
      const named = LegacyA2AService.getTask.requestSerialize({ name: `tasks/${id}`, historyLength })
      const { message } = await call('GetTask', named)
      assert.equal(LegacyA2AService.getTask.responseDeserialize(message ?? nothing).id, id)
    }
    for (const name of ['', id, `tasks/${id}/other`, 'tasks/']) {
      const { code, error } = await call(
        'GetTask',
        LegacyA2AService.getTask.requestSerialize({ name, historyLength: 0 }),
      )
      assert.deepEqual([code, error?.reason, error?.fields], [status.INVALID_ARGUMENT, 'INVALID_PARAMS', ['name']])
    }
  })

  test('tells fields by their names in the proto', async () => {
    const { error } = await call('SendMessage', sending([]))
    assert.deepEqual([error?.reason, error?.fields], ['INVALID_PARAMS', ['message.content']])
  })

  test('has the generations of the resume extension under the key of v0.3', async () => {
    const metadata = { 'x-a2a-extensions': resumeUri }
    assert.ok(Number((await send(sending(parts), { metadata })).metadata?.[generationKey]) > 1)
    assert.equal((await send(sending(parts))).metadata?.[generationKey], undefined)
  })

  test('configures push notifications, and gives back what was configured', async () => {
    const { id } = await send(sending(parts))
    const hook = { id: 'one', url: 'https://8.8.8.8/hook', token: '', authentication: undefined }
    const create = LegacyA2AService.createTaskPushNotificationConfig.requestSerialize({
      ...{ parent: `tasks/${id}`, configId: 'one' },
      config: { name: '', pushNotificationConfig: hook },
    })
    assert.equal((await call('CreateTaskPushNotificationConfig', create)).code, status.OK)
    const name = `tasks/${id}/pushNotificationConfigs/one`
    const one = LegacyA2AService.getTaskPushNotificationConfig.requestSerialize({ name })
    const { message } = await call('GetTaskPushNotificationConfig', one)
    const stored = LegacyA2AService.getTaskPushNotificationConfig.responseDeserialize(message ?? nothing)
    assert.deepEqual([stored.name, stored.pushNotificationConfig], [name, hook])
    const below = LegacyA2AService.listTaskPushNotificationConfig.requestSerialize({
      ...{ parent: `tasks/${id}`, pageSize: 0, pageToken: '' },
    })
    const listed = (await call('ListTaskPushNotificationConfig', below)).message ?? nothing
    assert.deepEqual(LegacyA2AService.listTaskPushNotificationConfig.responseDeserialize(listed).configs, [stored])
    assert.equal((await call('DeleteTaskPushNotificationConfig', one)).code, status.OK)
    assert.notEqual((await call('GetTaskPushNotificationConfig', one)).code, status.OK)
  })

  test('and that of v1.0 give the extended card, which names the addresses of both ports', async () => {
    const http = new URL(platform.url)
    const old = LegacyA2AService.getAgentCard.responseDeserialize(
      (await call('GetAgentCard', nothing)).message ?? nothing,
    )
    assert.equal(old.url, `http://localhost:${http.port}/`)
    assert.ok(
      old.additionalInterfaces.some(({ transport, url }) => transport === 'GRPC' && /^localhost:\d+$/.test(url)),
    )
    assert.deepEqual(Object.keys(old.securitySchemes), ['token'])
    assert.equal(old.securitySchemes.token?.scheme?.$case, 'httpAuthSecurityScheme')
    assert.deepEqual(old.security, [{ schemes: { token: { list: [] } } }])
    assert.ok(old.skills.some(({ id }) => id === 'prober'))

    const { message } = await client.call(path10('GetExtendedAgentCard'), nothing, { metadata: alice })
    const card = A2AService.getExtendedAgentCard.responseDeserialize(message ?? nothing)
    assert.deepEqual(
      card.skills.map(({ id }) => id),
      old.skills.map(({ id }) => id),
    )
    assert.equal(card.supportedInterfaces.filter(({ protocolBinding }) => protocolBinding === 'GRPC').length, 2)
  })
})
