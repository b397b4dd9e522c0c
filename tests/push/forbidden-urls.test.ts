import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { waitUntil } from '@codetether/testing/wait-until'
import { messageV10 } from '../conformance/calls.ts'
import { type Door, doors, type Version } from '../doors/doors.ts'
import { query } from '../event-log.ts'
import { type Platform, type RpcBody, startPlatform } from '../platform.ts'
import { innerUrls, resolveInner } from './inner-urls.ts'
import { local, quickly, sendV10 } from './push-calls.ts'
import { startReceiver } from './receiver.ts'

interface Canary extends AsyncDisposable {
  port: number
  connections(): number
}

/** Listens on this machine, on both of its addresses if it has two, and counts who comes. */
async function startCanary({ hosts = ['127.0.0.1', '::1'], port = 0 } = {}): Promise<Canary> {
  let connections = 0
  const listen = async (host: string, port: number): Promise<Server> => {
    const server = createServer(socket => {
      connections++
      socket.destroy()
    })
    server.listen(port, host)
    await once(server, 'listening')
    return server
  }
  const servers: Server[] = []
  for (const host of hosts) {
    // Not every machine has IPv6.
    const server = await listen(host, port).catch(() => null)
    if (!server) continue
    servers.push(server)
    port = (server.address() as AddressInfo).port
  }
  return {
    port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const server of servers) server.close()
    },
  }
}

const versions: readonly Version[] = ['1.0', '0.3']

/** A message with a webhook, in the shape of a door. */
function messageTo(version: Version, { name, speaksProto }: Door, url: string) {
  const isProto = version === '0.3' && speaksProto
  const none = name === 'gRPC' ? { id: '', token: '', authentication: undefined } : {}
  const text = isProto || version === '1.0' ? { text: 'hello' } : { kind: 'text', text: 'hello' }
  const kind = isProto || version === '1.0' ? { role: 'ROLE_USER' } : { kind: 'message', role: 'user' }
  const key = version === '1.0' ? 'taskPushNotificationConfig' : isProto ? 'pushNotification' : 'pushNotificationConfig'
  return {
    message: {
      messageId: crypto.randomUUID(),
      ...(name === 'gRPC' && { taskId: '' }),
      ...kind,
      [isProto ? 'content' : 'parts']: [text],
    },
    configuration: {
      ...(name === 'gRPC' && { acceptedOutputModes: [] }),
      [key]: version === '1.0' ? { url } : { ...none, url },
    },
  }
}

const methods = {
  '1.0': { create: 'CreateTaskPushNotificationConfig', send: 'SendMessage', stream: 'SendStreamingMessage' },
  '0.3': { create: 'tasks/pushNotificationConfig/set', send: 'message/send', stream: 'message/stream' },
} as const

/** How a door refuses a webhook, alone and with a message. */
async function refusalsOf(
  { url: server }: Platform,
  door: Door,
  version: Version,
  to: { url: string; taskId: string },
) {
  const { url, taskId } = to
  const names = { taskId, id: version === '0.3' ? taskId : 'a', pushNotificationConfigId: 'a' }
  const config = { ...names, url, pushNotificationConfig: { url } }
  const { create, send, stream } = methods[version]
  const headers = { 'a2a-version': version }
  const calls = [create, send, stream].map(async method => {
    const params = method === create ? config : messageTo(version, door, url)
    return door.infoOf(await door.call(server, { version, method, params, headers }), version)?.reason
  })
  return Promise.all(calls)
}

test('no door takes a URL that leads into this network, in either version, alone or with a message', async () => {
  await using canary = await startCanary()
  await using platform = await startPlatform({ env: { A2A_GRPC_PORT: '0' }, resolve: resolveInner })
  const taskId = (await platform.rpc('SendMessage', messageV10('hello'))).result.task.id
  for (const door of doors)
    for (const version of versions) {
      for (const url of innerUrls(canary.port))
        assert.deepEqual(
          await refusalsOf(platform, door, version, { url, taskId }),
          Array(3).fill('WEBHOOK_URL_FORBIDDEN'),
          `${door.name} ${version} ${url}`,
        )
    }
  assert.equal(canary.connections(), 0)
})

test('a URL that has come into the database all the same is refused when something shall be sent there', async () => {
  await using canary = await startCanary()
  await using platform = await startPlatform({ env: { A2A_PUSH_RETRY_SECONDS: quickly(2) }, resolve: resolveInner })
  const urls = innerUrls(canary.port)
  const rows = (sql: string, values: unknown[] = []) => query<RpcBody>(platform.database, sql, values)
  for (let first = 0; first < urls.length; first += limits.pushConfigsPerTask) {
    const { task } = (await platform.rpc('SendMessage', messageV10('Calculate 1 + 1'))).result
    for (const url of urls.slice(first, first + limits.pushConfigsPerTask)) {
      const config = { taskId: task.id, id: crypto.randomUUID(), url: 'https://8.8.8.8/' }
      const made = await platform.rpc('CreateTaskPushNotificationConfig', config)
      assert.equal(made.error, undefined)
      await rows('update push_configs set url = $2, sent_seq = 0, next_at = now() where id = $1', [config.id, url])
    }
  }
  const waiting = 'select from push_configs where next_at is not null'
  await waitUntil('everything is given up', async () => (await rows(waiting)).length === 0, 60_000)
  const letters = await rows(
    'select c.url, d.reason, d.attempts from push_dead_letters d join push_configs c on c.id = d.config_id',
  )
  assert.deepEqual(new Set(letters.map(({ url }) => url)), new Set(urls))
  for (const { url, reason } of letters)
    assert.match(reason, /^(the URL must lead|must not carry|the name has no)/, url)
  assert.equal(canary.connections(), 0)
})

test('a name that leads elsewhere after the check is looked at again, and only what was checked is called', async () => {
  await using receiver = await startReceiver()
  const { port } = new URL(receiver.url)
  let asked = 0
  await using canary = await startCanary({ hosts: ['::1'], port: Number(port) })
  // Every other answer is an address that is not on the list.
  const resolve = async () => [asked++ % 2 === 0 ? '127.0.0.1' : '::1']
  const env = { A2A_OUTBOUND_ALLOW: '127.0.0.1', A2A_PUSH_RETRY_SECONDS: quickly(4) }
  await using platform = await startPlatform({ env, resolve })
  const config = { url: `http://rebind.example.com:${port}/` }
  const { task } = (await platform.rpc('SendMessage', sendV10('Calculator', config, 'Calculate 1 + 1'))).result
  const rows = (sql: string) => query<RpcBody>(platform.database, sql)
  await waitUntil(
    'all is sent',
    async () => (await rows('select from push_configs where next_at is null')).length === 1,
  )
  assert.deepEqual(
    receiver.received.map(({ headers }) => headers['webhook-id']),
    [1, 2, 3, 4].map(generation => `${task.id}_${generation}`),
  )
  assert.deepEqual(await rows('select from push_dead_letters'), [])
  // One look for the check, one for each attempt, and a connection for each look that was fine.
  assert.equal(asked, 1 + 2 * 4)
  assert.deepEqual([receiver.connections(), canary.connections()], [4, 0])
  assert.equal(receiver.received[0]?.headers.host, `rebind.example.com:${port}`)
})

test('a receiver that redirects to this machine is not followed, however it says so', async () => {
  await using canary = await startCanary()
  const statuses = [300, 301, 302, 303, 307, 308]
  let answered = 0
  await using receiver = await startReceiver(response => {
    const status = statuses[answered++ % statuses.length] ?? 302
    const location = `http://127.0.0.1:${canary.port}/`
    response
      .writeHead(status, { location, refresh: `0; url=${location}`, 'alt-svc': `h2="127.0.0.1:${canary.port}"` })
      .end()
  })
  // The canary may be called: what keeps the server from it is that nothing is followed.
  await using platform = await startPlatform({ env: { ...local, A2A_PUSH_RETRY_SECONDS: quickly(statuses.length) } })
  await platform.rpc('SendMessage', sendV10('Calculator', { url: `${receiver.url}/` }, 'Calculate 1 + 1'))
  const reasons = () => query<RpcBody>(platform.database, 'select distinct reason from push_dead_letters')
  const sent = 'select from push_configs where next_at is null'
  await waitUntil('it is given up', async () => (await query<RpcBody>(platform.database, sent)).length === 1)
  assert.ok(answered >= statuses.length)
  for (const { reason } of await reasons()) assert.match(reason, /^answered 30\d$/)
  assert.equal(canary.connections(), 0)
})
