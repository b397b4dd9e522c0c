import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { query } from '../event-log.ts'
import { type Platform, startPlatform } from '../platform.ts'

const ada = 'token-of-ada-1234567890'
const bob = 'token-of-bob-1234567890'
const users = { A2A_AUTH_TOKENS: `ada:${ada},bob:${bob}` }

let platform: Platform
before(async () => {
  platform = await startPlatform({ env: users })
})
after(() => platform[Symbol.asyncDispose]())

const freeCalls = () => query(platform.database, `update call_slots set taken_at = '-infinity'`)

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape is what they are about
type Body = any

async function send(
  token: string,
  method: string,
  path: string,
  { body, key, url = platform.url }: { body?: unknown; key?: string; url?: string } = {},
): Promise<{ status: number; body: Body; headers: Headers }> {
  const response = await fetch(`${url}/v1/automation${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: JSON.parse(await response.text()), headers: response.headers }
}

const create = (token: string, body: unknown, key?: string) =>
  send(token, 'POST', '/tasks', { body, ...(key !== undefined && { key }) })

test('a tool puts a task in, looks at it, finds it in its list, and cancels it', async () => {
  const { status, body } = await create(ada, { title: 'Report', description: 'Write the report', priority: 2 })
  assert.equal(status, 201)
  assert.deepEqual(
    [body.title, body.prompt, body.status, body.is_done, body.priority, body.result, body.task_id],
    ['Report', 'Write the report', 'pending', false, 2, null, body.id],
  )
  for (const value of Object.values(body)) assert.ok(value === null || typeof value !== 'object', 'it is flat')
  assert.deepEqual((await send(ada, 'GET', `/tasks/${body.id}`)).body, body)
  assert.deepEqual((await send(ada, 'GET', '/tasks?status=pending&limit=1')).body.tasks, [body])
  const canceled = await send(ada, 'DELETE', `/tasks/${body.id}`)
  assert.deepEqual([canceled.status, canceled.body.status, canceled.body.is_done], [200, 'cancelled', true])
  assert.equal((await send(ada, 'DELETE', `/tasks/${body.id}`)).status, 200)
})

test('a key finds its task again, for the one who sent it and with the same body alone', async () => {
  const key = crypto.randomUUID()
  const first = await create(ada, { prompt: 'once' }, key)
  const again = await create(ada, { prompt: 'once' }, key)
  assert.deepEqual([first.status, again.status, again.body.id], [201, 200, first.body.id])
  assert.equal((await create(ada, { prompt: 'twice' }, key)).status, 409)
  const other = await create(bob, { prompt: 'twice' }, key)
  assert.equal(other.status, 201)
  assert.notEqual(other.body.id, first.body.id)
  const at = `${platform.url}/hook`
  assert.equal((await create(ada, { prompt: 'once', webhook_url: at }, key)).status, 400)
  assert.equal((await create(ada, { prompt: 'x' }, 'not a key')).status, 400)
})

test('many that send one key at once get one task', async () => {
  const key = crypto.randomUUID()
  const answers = await Promise.all(Array.from({ length: 12 }, () => create(bob, { prompt: 'at once' }, key)))
  assert.equal(new Set(answers.map(answer => answer.body.id)).size, 1)
  assert.deepEqual(answers.map(answer => answer.status).toSorted(), [...Array(11).fill(200), 201])
})

test('the tasks of others are not there', async () => {
  const { body } = await create(ada, { prompt: 'hers' })
  for (const [method, path] of [
    ['GET', `/tasks/${body.id}`],
    ['DELETE', `/tasks/${body.id}`],
    ['GET', '/tasks/x'],
    ['DELETE', `/tasks/${crypto.randomUUID()}`],
  ] as const)
    assert.equal((await send(bob, method, path)).status, 404, `${method} ${path}`)
  const { tasks } = (await send(bob, 'GET', '/tasks?limit=100')).body
  assert.ok(!tasks.some((task: { id: string }) => task.id === body.id))
})

test('nobody without credentials gets in, and neither does a worker', async () => {
  const registered = await fetch(`${platform.url}/v1/agent/workers/register`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ada}`, 'content-type': 'application/json' },
    body: JSON.stringify({ worker_id: 'w', name: 'w' }),
  })
  const { worker_token }: { worker_token: string } = JSON.parse(await registered.text())
  for (const [method, path] of [
    ['POST', '/tasks'],
    ['GET', '/tasks'],
    ['GET', `/tasks/${crypto.randomUUID()}`],
    ['DELETE', `/tasks/${crypto.randomUUID()}`],
    ['GET', '/me'],
  ] as const) {
    const body = method === 'POST' ? { prompt: 'x' } : undefined
    assert.equal((await send('wrong-token-1234567890', method, path, { body })).status, 401, path)
    assert.equal((await send(worker_token, method, path, { body })).status, 403, path)
  }
})

const hostile: [what: string, body: unknown][] = [
  ['no prompt', {}],
  ['a list', []],
  ['a prompt that is no text', { prompt: { text: 'x' } }],
  ['a description that is none', { description: 7 }],
  ['a title of two lines', { prompt: 'x', title: 'a\nb' }],
  ['a priority beyond all', { prompt: 'x', priority: 2 ** 40 }],
  ['a webhook that is no address', { prompt: 'x', webhook_url: 'nowhere' }],
  ['a webhook on this machine', { prompt: 'x', webhook_url: 'http://127.0.0.1:9/x' }],
  ['a webhook token with a line break', { prompt: 'x', webhook_url: 'https://a.example', webhook_token: 'a\r\nb: c' }],
]

for (const [what, body] of hostile)
  test(`${what} is refused`, async () => {
    const answer = await create(bob, body)
    assert.equal(answer.status, 400, JSON.stringify(answer.body))
  })

test('a webhook is told how the task ends', async () => {
  await freeCalls()
  const { createServer } = await import('node:http')
  const got = Promise.withResolvers<string>()
  const server = createServer(async (request, response) => {
    const text = await Array.fromAsync(request.setEncoding('utf8'))
    response.end()
    if (text.join('').includes('TASK_STATE_CANCELED')) got.resolve(String(request.headers['x-a2a-notification-token']))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    const address = server.address()
    assert.ok(address && typeof address === 'object')
    await using open = await startPlatform({ env: { A2A_OUTBOUND_ALLOW: '127.0.0.1' } })
    const body = { prompt: 'x', webhook_url: `http://127.0.0.1:${address.port}/hook`, webhook_token: 'mine' }
    const made = await send('', 'POST', '/tasks', { body, url: open.url })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    await send('', 'DELETE', `/tasks/${made.body.id}`, { url: open.url })
    assert.equal(await got.promise, 'mine')
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('more than sixty tasks in a minute are refused until one may come again, over all replicas', async () => {
  await freeCalls()
  await using second = await startPlatform({ env: users, database: platform.database })
  const urls = [platform.url, second.url]
  const answers = await Promise.all(
    Array.from({ length: limits.callsPerWindow + 15 }, (_, n) =>
      send(ada, 'POST', '/tasks', { body: { prompt: `${n}` }, url: urls[n % 2] ?? '' }),
    ),
  )
  const refused = answers.filter(answer => answer.status === 429)
  assert.equal(answers.filter(answer => answer.status === 201).length, limits.callsPerWindow)
  assert.equal(refused.length, 15)
  for (const { headers } of refused) {
    const seconds = Number(headers.get('retry-after'))
    assert.ok(seconds >= 1 && seconds <= 60, `retry after ${seconds}`)
  }
  const me = (await send(ada, 'GET', '/me')).body
  assert.deepEqual([me.id, me.name, me.tasks_per_minute, me.tasks_left], ['token:ada', 'ada', 60, 0])
  assert.equal((await send(bob, 'GET', '/me')).body.tasks_left, 60)
  assert.equal((await create(bob, { prompt: 'of another' })).status, 201)
  await query(platform.database, `update call_slots set taken_at = now() - interval '61 s' where slot = 7`)
  const later = await Promise.all([create(ada, { prompt: 'later' }), create(ada, { prompt: 'later' })])
  assert.deepEqual(later.map(answer => answer.status).toSorted(), [201, 429])
})
