import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { ListTasksRequest, TaskState } from '@a2a-js/sdk'
import { TaskNotFoundError } from '@a2a-js/sdk/errors'
import { A2AService } from '@a2a-js/sdk/server/grpc'
import { messageV10 } from '../conformance/calls.ts'
import { connect, dialects, nameOf, request, send as sendBy, tenant } from '../official-client.ts'
import { type RpcBody, rpc, startPlatform } from '../platform.ts'
import { grpcClient, path10 } from './grpc/client.ts'
import { alice, assertHttpError, exchange, post, twoTokens } from './support.ts'

const cardPath = '/.well-known/agent-card.json'
const env = { A2A_GRPC_PORT: '0' }

describe('an agent’s address has every transport', async () => {
  const platform = await startPlatform({ env })
  after(() => platform[Symbol.asyncDispose]())
  const { url } = platform
  const cardOf = async (slug: string, version: string): Promise<RpcBody> =>
    (await exchange(`${url}/agents/${slug}${cardPath}`, { headers: { 'a2a-version': version } })).body
  const send = async (slug: string, text: string): Promise<RpcBody> =>
    (await rpc(`${url}/agents/${slug}`, { method: 'SendMessage', params: messageV10(text) })).result.task

  test('its card names gRPC by the address of the server and a tenant, in v1.0 alone', async () => {
    const grpc = { url: `127.0.0.1:${platform.server.grpcPort}`, protocolBinding: 'GRPC', protocolVersion: '1.0' }
    for (const version of ['1.0', '0.3']) {
      const { supportedInterfaces, additionalInterfaces } = await cardOf('echo', version)
      assert.deepEqual(supportedInterfaces.at(-1), { ...grpc, tenant: 'agents/echo' })
      assert.equal(supportedInterfaces.length, 5)
      if (version === '0.3')
        assert.deepEqual(additionalInterfaces, [
          { url: `${url}/agents/echo`, transport: 'JSONRPC' },
          { url: `${url}/agents/echo/rest`, transport: 'HTTP+JSON' },
        ])
    }
  })

  // Whoever speaks v0.3 over gRPC has no tenant to send.
  for (const dialect of dialects.filter(({ version, binding }) => version === '1.0' || binding !== 'GRPC'))
    test(`the official client reaches it by its card, speaking ${nameOf(dialect)}, and nothing of others`, async () => {
      const { version } = dialect
      const client = await connect(`${url}/agents/calculator`, dialect)
      assert.deepEqual([client.protocolVersion, (await client.getAgentCard()).name], [version, 'Calculator'])
      const task = await sendBy(client, request('25 * 4'))
      assert.equal(task.status?.state, TaskState.TASK_STATE_COMPLETED)
      assert.equal(task.metadata?.routing, 'target')
      assert.equal((await client.getTask({ tenant, id: task.id })).id, task.id)
      const frames = await Array.fromAsync(client.sendMessageStream(request('2 + 2')))
      assert.equal(frames[0]?.payload?.$case, 'task')
      const { id } = await send('echo', 'not yours')
      await assert.rejects(client.getTask({ tenant, id }), TaskNotFoundError)
      await assert.rejects(client.cancelTask({ tenant, id, metadata: undefined }), TaskNotFoundError)
      await assert.rejects(sendBy(client, request('more', { taskId: id })), TaskNotFoundError)
      if (version === '0.3') return
      const listed = await client.listTasks(ListTasksRequest.fromJSON({}))
      assert.ok(listed.tasks.length > 0 && listed.tasks.every(({ metadata }) => metadata?.agent === 'Calculator'))
    })

  test('HTTP+JSON answers there whatever is said, in both versions', async () => {
    const older = { messageId: crypto.randomUUID(), role: 'ROLE_USER', content: [{ text: '1 + 1' }] }
    for (const [path, body] of [
      ['message:send', messageV10('1 + 1')],
      ['v1/message:send', { message: older }],
    ] as const) {
      const { status, body: answer } = await post(`${url}/agents/echo/rest/${path}`, body)
      assert.deepEqual([status, answer.task.metadata.agent], [200, 'Echo'])
    }
  })

  test('HTTP+JSON has the errors of its version, for an unknown agent too, and no tenants', async () => {
    const missing = await exchange(`${url}/agents/nobody/rest/tasks`)
    assertHttpError(missing, 404)
    const older = await exchange(`${url}/agents/nobody/rest/v1/tasks/x`)
    assert.deepEqual([older.status, older.body.code], [404, -31404])
    for (const path of ['echo/rest/acme/tasks', 'echo/rest', 'echo/rest/', 'echo/tasks'])
      assert.equal((await exchange(`${url}/agents/${path}`)).status, 404, path)
    const wrongVerb = await exchange(`${url}/agents/echo/rest/tasks`, { method: 'DELETE' })
    assert.deepEqual([wrongVerb.status, wrongVerb.headers.get('allow')], [405, 'GET, HEAD'])
    for (const name of ['constructor', 'echo%2f', 'x'.repeat(300)])
      assert.equal((await exchange(`${url}/agents/${name}/rest/tasks`)).status, 404, name)
  })

  test('gRPC finds the agent by its tenant, refuses one that is not there, and takes other keys for nothing', async () => {
    using client = grpcClient(platform)
    const list = (tenant: string) =>
      client.call(
        path10('ListTasks'),
        A2AService.listTasks.requestSerialize({ ...ListTasksRequest.fromJSON({}), tenant }),
      )
    const total = async (tenant: string): Promise<number> => {
      const { message, details } = await list(tenant)
      assert.ok(message, details)
      return A2AService.listTasks.responseDeserialize(message).totalSize
    }
    await send('memory', 'keys')
    await send('weather', 'Weather in Paris')
    const [all, memory, weather] = [await total(''), await total('agents/memory'), await total('agents/weather')]
    assert.deepEqual([memory, weather], [1, 1])
    assert.ok(all >= memory + weather)
    assert.equal(await total('acme'), all)
    for (const tenant of ['agents/nobody', 'agents/', 'agents/Memory', 'agents/constructor']) {
      const { code, error } = await list(tenant)
      assert.deepEqual([code, error?.reason], [5, 'NOT_FOUND'], tenant)
    }
  })
})

test('credentials come before the question who is there', async () => {
  await using platform = await startPlatform({ env: { ...env, A2A_AUTH_TOKENS: twoTokens } })
  const list = (tenant: string) => A2AService.listTasks.requestSerialize({ ...ListTasksRequest.fromJSON({}), tenant })
  using client = grpcClient(platform)
  for (const slug of ['echo', 'nobody']) {
    assert.equal((await exchange(`${platform.url}/agents/${slug}/rest/tasks`)).status, 401)
    assert.equal((await client.call(path10('ListTasks'), list(`agents/${slug}`))).code, 16)
  }
  const { status } = await exchange(`${platform.url}/agents/echo/rest/tasks`, { headers: alice })
  assert.equal(status, 200)
})
