import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Task as TaskV03 } from '@codetether/protocol/v03/wire'
import { createLogger } from '@codetether/server/logger'
import { startServer } from '@codetether/server/main'
import { type TestDatabase, testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { Webhook } from 'standardwebhooks'
import { agentOf, heldAgent, query } from '../event-log.ts'
import { frames } from '../journeys/frames.ts'
import { configOf, type RpcBody, rpc, startPlatform } from '../platform.ts'
import { local, newSecret, quickly, sendV03, sendV10 } from './push-calls.ts'
import { startReceiver } from './receiver.ts'

/** Says what it does step by step. */
const teller = agentOf('Teller', async (_message, { status, artifact, reply }) => {
  await status('one')
  await artifact({
    artifactId: 'file',
    parts: [{ raw: Buffer.alloc(20_000, 'x').toString('base64'), filename: 'x.bin' }],
  })
  await reply('two')
})

/** Everything that a task has is delivered or given up. */
const isDone = async (database: TestDatabase): Promise<boolean> => {
  const [row] = await query<RpcBody>(
    database,
    `select bool_and(c.sent_seq = t.last_seq and t.state = 'completed') as done
     from push_configs c join tasks t on t.tenant_id = c.tenant_id and t.id = c.task_id`,
  )
  return row.done
}
const reasonsOf = async (database: TestDatabase): Promise<string[]> =>
  (await query<RpcBody>(database, 'select reason from push_dead_letters order by seq')).map(({ reason }) => reason)

test('a receiver of v1.0 gets every frame of the stream in order, as A2A and its own headers say', async () => {
  await using receiver = await startReceiver()
  await using platform = await startPlatform({ agents: [teller], env: local })
  const authentication = { scheme: 'Bearer', credentials: 'for-you' }
  const config = { id: 'one', url: `${receiver.url}/hook?x=1`, token: 'a-token', authentication }
  const params = sendV10('Teller', config)
  const { task } = (await platform.rpc('SendMessage', params)).result
  const received = await receiver.at('/hook?x=1', 6)
  const stream: RpcBody[] = []
  for await (const frame of frames(platform.url, { method: 'SendStreamingMessage', params })) stream.push(frame.result)
  assert.deepEqual(
    received.map(({ body }) => body),
    stream,
  )
  for (const [index, { headers }] of received.entries()) {
    assert.equal(headers['content-type'], 'application/a2a+json')
    assert.equal(headers.authorization, 'Bearer for-you')
    assert.equal(headers['x-a2a-notification-token'], 'a-token')
    assert.equal(headers['webhook-id'], `${task.id}_${index + 1}`)
    assert.equal(headers['webhook-signature'], undefined)
  }
})

test('a receiver of v0.3 gets the task each time, with the token', async () => {
  await using receiver = await startReceiver()
  await using platform = await startPlatform({ agents: [teller], env: local })
  const config = {
    url: `${receiver.url}/hook`,
    token: 'a-token',
    authentication: { schemes: ['Basic'], credentials: 'eDp5' },
  }
  const { id } = (await platform.rpc('message/send', sendV03('Teller', config))).result
  const received = await receiver.at('/hook', 6)
  for (const { headers, body } of received) {
    assert.deepEqual(TaskV03.parse(body), body)
    assert.deepEqual([headers['content-type'], headers['x-a2a-notification-token']], ['application/json', 'a-token'])
    assert.deepEqual([body.id, headers.authorization], [id, 'Basic eDp5'])
  }
  assert.equal(received.at(-1)?.body.status.state, 'completed')
  assert.equal(received.at(-1)?.body.artifacts[0].parts[0].file.bytes.length, 26_668)
})

test('a task that is answered at once is told of too, and what was said before a config is not', async () => {
  await using receiver = await startReceiver()
  await using platform = await startPlatform({ env: local })
  await platform.rpc('SendMessage', sendV10('Calculator', { url: `${receiver.url}/inline` }, 'Calculate 25 * 4'))
  await waitUntil('all is sent', () => isDone(platform.database))
  assert.equal(receiver.received[0]?.body.task.status.state, 'TASK_STATE_SUBMITTED')
  assert.equal(receiver.received.at(-1)?.body.statusUpdate.status.state, 'TASK_STATE_COMPLETED')
})

test('a config that is made later is told what happens from then on, one with a message what follows it', async () => {
  await using receiver = await startReceiver()
  const held = heldAgent()
  const asker = agentOf('Asker', (message, ctx) =>
    ctx.history.length < 2 ? ctx.ask('What?') : ctx.reply(message.messageId),
  )
  await using platform = await startPlatform({ agents: [held.agent, asker], env: local })
  const { task } = (await platform.rpc('SendMessage', sendV10('Held', { id: 'early', url: `${receiver.url}/early` })))
    .result
  await held.started
  await receiver.at('/early', 2)
  await platform.rpc('CreateTaskPushNotificationConfig', { taskId: task.id, url: `${receiver.url}/late` })
  await platform.rpc('DeleteTaskPushNotificationConfig', { taskId: task.id, id: 'early' })
  held.tell(({ reply }) => reply('done'))
  await waitUntil('all is sent', () => isDone(platform.database))
  const late = await receiver.at('/late', 1)
  assert.equal(late.at(-1)?.body.statusUpdate.status.state, 'TASK_STATE_COMPLETED')
  assert.ok(late.every(({ body }) => !('task' in body)))
  assert.equal(receiver.received.filter(({ path }) => path === '/early').length, 2)

  const asked = (await platform.rpc('SendMessage', sendV10('Asker', { url: `${receiver.url}/a` }))).result.task
  await receiver.at('/a', 3)
  const answer = sendV10('Asker', { url: `${receiver.url}/b` })
  const params = { ...answer, message: { ...answer.message, taskId: asked.id } }
  for (const _ of ['first', 'sent again']) await platform.rpc('SendMessage', params)
  const isEnd = ({ raw }: { raw: string }) => /_COMPLETED/.test(raw)
  await waitUntil('the end is told', async () => (await receiver.at('/b', 1)).some(isEnd))
  // A config that is registered again may bring once more what was on its way.
  const byId = new Map((await receiver.at('/b', 2)).map(({ headers, body }) => [headers['webhook-id'], body]))
  const states = [...byId.values()].flatMap(({ statusUpdate }) => statusUpdate?.status.state ?? [])
  assert.deepEqual(states, ['TASK_STATE_WORKING', 'TASK_STATE_COMPLETED'])
  const { configs } = (await platform.rpc('ListTaskPushNotificationConfigs', { taskId: asked.id })).result
  assert.equal(configs.length, 2)
})

test('a secret signs what is sent, by the library of Standard Webhooks, and is not sent itself', async () => {
  await using receiver = await startReceiver()
  await using platform = await startPlatform({ agents: [teller], env: local })
  const [old, next] = [newSecret(), newSecret()]
  await platform.rpc('SendMessage', sendV10('Teller', { url: `${receiver.url}/`, token: `${next} ${old}` }))
  const headersOf = (headers: object) => headers as Record<string, string>
  for (const { raw, headers, body } of await receiver.at('/', 6)) {
    for (const secret of [old, next]) assert.deepEqual(new Webhook(secret).verify(raw, headersOf(headers)), body)
    assert.throws(() => new Webhook(newSecret()).verify(raw, headersOf(headers)))
    assert.throws(() => new Webhook(old).verify(`${raw} `, headersOf(headers)))
    for (const seconds of [-301, 301]) {
      const at = String(Number(headers['webhook-timestamp']) + seconds)
      assert.throws(() => new Webhook(old).verify(raw, { ...headersOf(headers), 'webhook-timestamp': at }))
    }
    assert.doesNotMatch(JSON.stringify(headers), /whsec_/)
  }
})

test('what fails is tried again with the same id, then given up; what comes after it is still sent', async () => {
  let refused = 0
  await using receiver = await startReceiver((response, { headers }) => {
    const isSecond = String(headers['webhook-id']).endsWith('_2')
    if (isSecond) refused++
    response.writeHead(isSecond ? 404 : 200).end()
  })
  await using platform = await startPlatform({ agents: [teller], env: local })
  await platform.rpc('SendMessage', sendV10('Teller', { url: `${receiver.url}/` }))
  await waitUntil('all is sent', () => isDone(platform.database))
  const ids = receiver.received.map(({ headers }) => String(headers['webhook-id']).replace(/.*_/, ''))
  assert.deepEqual([ids, refused], [['1', '2', '2', '2', '2', '3', '4', '5', '6'], 4])
  const letters = await query(platform.database, 'select reason, attempts from push_dead_letters')
  assert.deepEqual(letters, [{ reason: 'answered 404', attempts: 4 }])
})

test('a redirect is a failure and is not followed', async () => {
  await using inner = await startReceiver()
  await using receiver = await startReceiver(response => response.writeHead(307, { location: inner.url }).end())
  await using platform = await startPlatform({ env: { ...local, A2A_PUSH_RETRY_SECONDS: quickly(2) } })
  await platform.rpc('SendMessage', sendV10('Echo', { url: `${receiver.url}/` }))
  await waitUntil('everything is given up', () => isDone(platform.database))
  assert.deepEqual([...new Set(await reasonsOf(platform.database))], ['answered 307'])
  assert.equal(inner.connections(), 0)
})

test('410 ends a config: what waits becomes dead letters, and nothing more is sent', async () => {
  await using receiver = await startReceiver(response => response.writeHead(410).end())
  const held = heldAgent()
  await using platform = await startPlatform({ agents: [held.agent], env: local })
  const { task } = (await platform.rpc('SendMessage', sendV10('Held', { id: 'x', url: `${receiver.url}/` }))).result
  await held.started
  const config = () => query<RpcBody>(platform.database, 'select disabled_at, next_at from push_configs')
  await waitUntil('the config is disabled', async () => (await config())[0].disabled_at !== null)
  const before = receiver.received.length
  held.tell(({ reply }) => reply('done'))
  await held.ended
  await waitUntil('the task has ended', async () => {
    const { result } = await platform.rpc('GetTask', { id: task.id })
    return result.status.state === 'TASK_STATE_COMPLETED'
  })
  assert.equal((await config())[0].next_at, null)
  assert.equal(receiver.received.length, before)
  assert.deepEqual([...new Set(await reasonsOf(platform.database))], ['answered 410'])
})

test('a receiver that asks for time gets it', async () => {
  await using receiver = await startReceiver(response => response.writeHead(503, { 'retry-after': '3600' }).end())
  await using platform = await startPlatform({ env: local })
  await platform.rpc('SendMessage', sendV10('Echo', { url: `${receiver.url}/` }))
  const rest = () =>
    query<RpcBody>(
      platform.database,
      'select extract(epoch from next_at - now())::int as seconds from push_configs where failures = 1 and lease_token is null',
    )
  const [row] = await waitUntil('it is put off', async () => ((await rest()).length > 0 ? rest() : null))
  assert.ok(row.seconds > 3500 && row.seconds <= 3600, String(row.seconds))
  assert.equal(receiver.received.length, 1)
})

test('an address that may not be called any more is not called, and the letter says why', async () => {
  await using canary = await startReceiver()
  await using database = await testDatabase()
  const held = heldAgent()
  const config = { url: `${canary.url}/` }
  let id = ''
  {
    await using platform = await startPlatform({ database, agents: [held.agent], env: local })
    id = (await platform.rpc('SendMessage', sendV10('Held', config))).result.task.id
    await canary.at('/', 2)
  }
  const before = canary.connections()
  const env = { A2A_PUSH_RETRY_SECONDS: quickly(2) }
  await using strict = await startPlatform({ database, agents: [], env })
  assert.equal((await strict.rpc('SendMessage', sendV10('Echo', config))).error.code, -31400)
  await strict.rpc('CancelTask', { id })
  await waitUntil('it is given up', async () => (await reasonsOf(database)).length > 0)
  assert.match((await reasonsOf(database)).join(), /^the URL must lead to a public address by https$/)
  assert.equal(canary.connections(), before)
})

test('the log names no secret of a receiver, however talkative it is', async () => {
  await using receiver = await startReceiver((response, { path }) =>
    response.writeHead(path === '/ok' ? 200 : 404).end(),
  )
  await using database = await testDatabase()
  const lines: string[] = []
  const log = createLogger({ level: 'trace', format: 'json', stream: { write: line => lines.push(line) } })
  await using server = await startServer(configOf(database, { ...local, A2A_PUSH_RETRY_SECONDS: quickly(2) }), log)
  const authentication = { scheme: 'Bearer', credentials: 'canary-credentials' }
  const secrets = { token: 'canary-token', authentication }
  for (const url of [
    `${receiver.url}/ok`,
    `${receiver.url}/canary-path?key=canary-key`,
    'https://canary-user:canary@x.org/',
  ])
    await rpc(server.url, { method: 'SendMessage', params: sendV10('Echo', { ...secrets, url }) })
  await waitUntil('everything is sent or given up', () => isDone(database))
  const letters = await query<RpcBody>(database, 'select d::text as row from push_dead_letters d')
  assert.ok(lines.some(line => line.includes('is given up')) && letters.length > 0)
  assert.doesNotMatch(lines.join('') + JSON.stringify(letters), /canary/)
})
