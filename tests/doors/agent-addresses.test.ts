import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { type SendMessageRequest, TaskState, SendMessageRequest as Wire } from '@a2a-js/sdk'
import {
  type Client,
  ClientFactory,
  ClientFactoryOptions,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
} from '@a2a-js/sdk/client'
import { TaskNotFoundError } from '@a2a-js/sdk/errors'
import { builtInAgents } from '@codetether/agents/built-in'
import { AgentCard } from '@codetether/protocol/v03/agent-card'
import { messageV10 } from '../conformance/calls.ts'
import { gatedAgent } from '../journeys/gated-agent.ts'
import { message, type RpcBody, rpc, startPlatform } from '../platform.ts'
import { alice, assertHttpError, assertRpcError, exchange, post, twoTokens } from './support.ts'

const cardPath = '/.well-known/agent-card.json'
const versions = ['0.3', '1.0'] as const
const legacyCompat = { enabled: true }

describe('every agent has an address of its own', async () => {
  const gated = gatedAgent()
  const platform = await startPlatform({ agents: [...builtInAgents, gated.agent] })
  after(() => platform[Symbol.asyncDispose]())
  const { url } = platform
  const at = (slug: string, method: string, params: unknown): Promise<RpcBody> =>
    rpc(`${url}/agents/${slug}`, { method, params })
  const send = async (slug: string, text: string): Promise<RpcBody> =>
    (await at(slug, 'SendMessage', messageV10(text))).result.task

  test('which GET /agents tells, where its card is in both versions', async () => {
    const { body } = await exchange(`${url}/agents`)
    assert.deepEqual(
      body.agents.map(({ slug }: RpcBody) => slug),
      ['calculator', 'memory', 'analysis', 'weather', 'echo', 'gated'],
    )
    for (const { name, slug, description, skills } of body.agents)
      for (const version of versions) {
        const card = await exchange(`${url}/agents/${slug}${cardPath}`, { headers: { 'a2a-version': version } })
        assert.equal(card.status, 200)
        const { supportedInterfaces, ...rest } = card.body
        assert.deepEqual([rest.name, rest.description], [name, description])
        assert.deepEqual(
          rest.skills.map(({ id }: RpcBody) => id),
          skills.map(({ id }: RpcBody) => id),
        )
        const own = `${url}/agents/${slug}`
        assert.deepEqual(
          supportedInterfaces.map((one: RpcBody) => [one.url, one.protocolBinding, one.protocolVersion, one.tenant]),
          [
            [own, 'JSONRPC', '1.0', undefined],
            [own, 'JSONRPC', '0.3', undefined],
            [`${own}/rest`, 'HTTP+JSON', '1.0', undefined],
            [`${own}/rest`, 'HTTP+JSON', '0.3', undefined],
          ],
        )
        if (version === '0.3') assert.deepEqual(AgentCard.parse(rest), rest)
        if (version === '0.3') assert.equal(rest.url, own)
      }
  })

  test('where it answers whatever is said, also what another would accept', async () => {
    const task = await send('echo', 'Calculate 25 * 4')
    assert.match(task.status.message.parts[0].text, /^Echo: Calculate/)
    assert.deepEqual([task.metadata.agent, task.metadata.routing], ['Echo', 'target'])
    const older = await at('echo', 'message/send', message('What is 1 + 1'))
    assert.match(older.result.status.message.parts[0].text, /^Echo: What/)
  })

  test('where a message for another agent or skill is refused', async () => {
    for (const metadata of [{ agent: 'Calculator' }, { skillId: 'calculator' }, { skill_id: 'weather' }]) {
      const { error } = await at('echo', 'SendMessage', messageV10('1 + 1', { metadata }))
      assert.equal(error.code, -32602)
    }
    const same = await at('echo', 'SendMessage', messageV10('1 + 1', { metadata: { agent: 'echo' } }))
    assert.equal(same.result.task.metadata.agent, 'Echo')
  })

  test('where the tasks of others are not there', async () => {
    const { id } = await send('echo', 'mine')
    const [own, other] = ['echo', 'calculator'] as const
    assert.equal((await at(own, 'GetTask', { id })).result.id, id)
    assert.equal((await at(own, 'tasks/get', { id })).result.id, id)
    const missing = crypto.randomUUID()
    const methods = ['GetTask', 'CancelTask', 'SubscribeToTask', 'tasks/get', 'tasks/cancel', 'tasks/resubscribe']
    for (const method of methods) {
      const answer = await post(`${url}/agents/${other}`, { jsonrpc: '2.0', id: 1, method, params: { id } })
      const unknown = await post(`${url}/agents/${other}`, { jsonrpc: '2.0', id: 1, method, params: { id: missing } })
      assert.match(answer.raw, /-32001/, method)
      assert.equal(answer.raw, unknown.raw.replaceAll(missing, id))
    }
    for (const method of ['SendMessage', 'SendStreamingMessage']) {
      const { error } = await at(other, method, messageV10('more', { taskId: id }))
      assert.equal(error.code, -32001)
    }
  })

  test('where its running tasks are followed and canceled', async () => {
    const sent = messageV10('stop me')
    const { result } = await at('gated', 'SendMessage', { ...sent, configuration: { returnImmediately: true } })
    const { id } = result.task
    assert.equal((await at('echo', 'CancelTask', { id })).error.code, -32001)
    assert.equal((await at('gated', 'CancelTask', { id })).result.status.state, 'TASK_STATE_CANCELED')
    await gated.stopped('stop me')
  })

  test('where the listing has its tasks only, page by page', async () => {
    const ids = [(await send('memory', 'keys')).id, (await send('memory', 'keys')).id]
    const { result } = await at('memory', 'ListTasks', { pageSize: 1 })
    assert.deepEqual([result.tasks.length, result.totalSize], [1, 2])
    const next = await at('memory', 'ListTasks', { pageSize: 1, pageToken: result.nextPageToken })
    assert.deepEqual([result.tasks[0].id, next.result.tasks[0].id].sort(), ids.sort())
    assert.equal((await at('echo', 'ListTasks', { pageToken: result.nextPageToken })).error.code, -32602)
    const older = await at('memory', 'tasks/list', {})
    assert.equal(older.result.totalSize, 2)
    assert.ok((await rpc(url, { method: 'ListTasks' })).result.totalSize > 2)
  })

  const request = (text: string): SendMessageRequest =>
    Wire.fromJSON({ message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }] } })
  const factory = new ClientFactory(
    ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
      transports: [new JsonRpcTransportFactory({ legacyCompat })],
    }),
  )
  const clients: [version: string, connect: () => Promise<Client>][] = [
    ['1.0', () => factory.createFromUrl(`${url}/agents/calculator/`)],
    [
      '0.3',
      async () => {
        const { supportedInterfaces: _, ...card } = (await exchange(`${url}/agents/calculator${cardPath}`)).body
        return factory.createFromAgentCard(new DefaultAgentCardResolver({ legacyCompat }).normalizeAgentCard(card))
      },
    ],
  ]
  for (const [version, connect] of clients)
    test(`the official client of v${version} works with one agent by its card`, async () => {
      const client = await connect()
      assert.equal(client.protocolVersion, version)
      assert.equal((await client.getAgentCard()).name, 'Calculator')
      const task = await client.sendMessage(request('25 * 4'))
      assert.ok('status' in task)
      assert.equal(task.status?.state, TaskState.TASK_STATE_COMPLETED)
      assert.equal((await client.getTask({ tenant: '', id: task.id })).id, task.id)
      const foreign = await send('echo', 'not yours')
      await assert.rejects(client.getTask({ tenant: '', id: foreign.id }), TaskNotFoundError)
    })

  const nobody = [
    'nobody',
    'Echo',
    '..%2f..%2fetc%2fpasswd',
    '%2e%2e%2f',
    'echo%00',
    'echo%20',
    'echo%2f',
    'constructor',
    '__proto__',
    "echo'--",
    'x'.repeat(200),
  ]
  for (const name of nobody)
    test(`${JSON.stringify(name.slice(0, 30))} is nobody’s address`, async () => {
      for (const path of [cardPath, '/.well-known/agent.json'])
        assertHttpError(await exchange(`${url}/agents/${name}${path}`), 404)
      const answer = await post(`${url}/agents/${name}`, { jsonrpc: '2.0', id: 1, method: 'ListTasks' })
      assert.equal(answer.status, 404)
      assertRpcError(answer, -31404, null)
    })

  test('an address is served for POST alone, a card for GET', async () => {
    const address = await exchange(`${url}/agents/echo`)
    assertHttpError(address, 405)
    assert.equal(address.headers.get('allow'), 'POST')
    const card = await post(`${url}/agents/echo${cardPath}`, {})
    assert.deepEqual([card.status, card.headers.get('allow')], [405, 'GET, HEAD'])
    for (const path of ['/agents/*b', '/agents/*', '/agents/:agent', '/agents/echo/x', '/agents//', '/agents/a:(b'])
      assert.ok([404, 405].includes((await exchange(url + path)).status), path)
  })

  test('what cannot be decoded, or is far too long, is refused with a typed error', async () => {
    for (const name of ['%zz', '%c3%28', 'x'.repeat(10_000)]) {
      const { status, body } = await exchange(`${url}/agents/${name}${cardPath}`)
      assert.ok([400, 404, 414, 431].includes(status), `${status}`)
      assert.equal(body.error.code, status)
    }
  })
})

test('with tokens the address wants one, before it tells who exists', async () => {
  await using platform = await startPlatform({ env: { A2A_AUTH_TOKENS: twoTokens } })
  for (const name of ['echo', 'nobody']) {
    const answer = await post(`${platform.url}/agents/${name}`, { jsonrpc: '2.0', id: 1, method: 'ListTasks' })
    assert.equal(answer.status, 401)
  }
  const { body } = await exchange(`${platform.url}/agents/echo${cardPath}`, { headers: { 'a2a-version': '1.0' } })
  assert.deepEqual(body.securitySchemes, { token: { httpAuthSecurityScheme: { scheme: 'Bearer' } } })
  assert.deepEqual(body.securityRequirements, [
    { schemes: { token: { list: ['agents:read', 'tasks:read', 'tasks:write'] } } },
  ])
})

test('an agent none of whose skills is public has its card for callers with a token only', async () => {
  const env = { A2A_AUTH_TOKENS: twoTokens, A2A_PUBLIC_SKILLS: 'echo' }
  await using platform = await startPlatform({ env })
  const own = (slug: string) => exchange(`${platform.url}/agents/${slug}${cardPath}`)
  assert.equal((await own('echo')).status, 200)
  const [hidden, unknown] = await Promise.all([own('calculator'), own('nobody')])
  assert.deepEqual([hidden.status, hidden.raw], [404, unknown.raw])
  const call = { method: 'GetExtendedAgentCard', params: {} }
  const { result } = await rpc(`${platform.url}/agents/calculator`, { ...call, headers: alice })
  assert.equal(result.name, 'Calculator')
  assert.ok(result.skills.length > 0)
  assert.equal((await rpc(`${platform.url}/agents/calculator`, call)).error.code, -31401)
})
