import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { type Platform, startPlatform } from '../platform.ts'
import { type Answer, call } from './worker-calls.ts'

const ada = 'token-of-ada-1234567890'
const bob = 'token-of-bob-1234567890'

let platform: Platform
before(async () => {
  platform = await startPlatform({ env: { A2A_WORKER_GRANTS: 'ada:*', A2A_AUTH_TOKENS: `ada:${ada},bob:${bob}` } })
})
after(() => platform[Symbol.asyncDispose]())

const as = (token: string | null) => (token === null ? {} : { authorization: `Bearer ${token}` })
const get = (token: string | null, path: string) => call(platform.url, path, { headers: as(token) })
const post = (
  token: string | null,
  path: string,
  body: unknown = {},
  more: Record<string, string> = {},
): Promise<Answer> => call(platform.url, path, { method: 'POST', body, headers: { ...as(token), ...more } })

let last = 0
/** A codebase of Ada's, with a worker of hers that has it, and what is told of one session. */
async function place() {
  const codebase: string = (await post(ada, '/v1/agent/codebases', { name: 'hers', path: `/srv/hers-${++last}` })).body
    .id
  const worker = `w${last}`
  const registration = { worker_id: worker, name: worker, codebases: [codebase] }
  const token: string = (await post(ada, '/v1/agent/workers/register', registration)).body.worker_token
  const url = `/v1/agent/codebases/${codebase}/sessions`
  await post(token, `${url}/ses_1/ingest`, {
    source: 'x',
    session: { title: 'secret' },
    messages: [{ id: 'm', role: 'user', content: 'secret' }],
  })
  return { codebase, worker, token, url }
}

const other = async (caller: string, more: object = {}): Promise<string> => {
  const worker = `other${++last}`
  return (await post(caller, '/v1/agent/workers/register', { worker_id: worker, name: worker, ...more })).body
    .worker_token
}

const writes: [path: string, body: object][] = [
  ['/sync', { sessions: [{ id: 'ses_1', title: 'changed' }] }],
  ['/ses_1/messages/sync', { messages: [{ id: 'm', role: 'user', content: 'changed' }] }],
  [
    '/ses_1/ingest',
    { source: 'x', session: { title: 'changed' }, messages: [{ id: 'm', role: 'user', content: 'changed' }] },
  ],
]

test('sessions are seen by whoever registered the codebase, and by nobody else', async () => {
  const { token, url } = await place()
  for (const path of [url, `${url}/ses_1`, `${url}/ses_1/messages`]) {
    assert.equal((await get(ada, path)).status, 200, path)
    const refused = await get(bob, path)
    assert.equal(refused.status, 403, path)
    assert.ok(!JSON.stringify(refused.body).includes('secret'))
    assert.equal((await get(token, path)).status, 403, path)
    assert.equal((await get(null, path)).status, 401, path)
  }
  const none = await get(bob, `${url}/ses_none`)
  assert.equal(none.status, 403, 'whether there is a session is not told')
  for (const prefix of ['/v1/agent', '/v1/opencode']) {
    assert.deepEqual((await get(bob, `${prefix}/database/sessions`)).body.sessions, [])
    assert.ok((await get(ada, `${prefix}/database/sessions`)).body.sessions.length > 0)
    for (const list of ['sessions', 'workers', 'workspaces', 'codebases', 'status']) {
      assert.equal((await get(null, `${prefix}/database/${list}`)).status, 401)
      assert.equal((await get(token, `${prefix}/database/${list}`)).status, 403, list)
    }
  }
})

test('only whoever registered the codebase resumes its sessions', async () => {
  const { token, url } = await place()
  assert.equal((await post(bob, `${url}/ses_1/resume`)).status, 403)
  assert.equal((await post(token, `${url}/ses_1/resume`)).status, 403)
  assert.equal((await post(ada, `${url}/ses_1/resume`)).status, 201)
})

for (const [path, body] of writes)
  test(`${path} takes what a worker tells that has the codebase, and nobody else but its owner`, async () => {
    const { worker, token, url } = await place()
    assert.equal((await post(null, url + path, body)).status, 401)
    assert.equal((await post(bob, url + path, body)).status, 403)
    for (const stranger of [await other(ada), await other(bob)])
      assert.equal((await post(stranger, url + path, body)).status, 404, 'a worker that does not have the codebase')
    assert.equal((await post(token, url + path, { ...body, worker_id: 'somebody-else' })).status, 403)
    assert.equal((await get(ada, `${url}/ses_1`)).body.title, 'secret')
    assert.equal((await get(ada, `${url}/ses_1/messages`)).body.messages[0].content, 'secret')
    assert.equal((await post(token, url + path, { ...body, worker_id: worker })).status, 200)
    assert.equal((await post(ada, url + path, body)).status, 200)
  })

test('tasks of others in a codebase begin no sessions of its owner, and do not stand in their line', async () => {
  const { codebase, token, url } = await place()
  const task = { prompt: 'x', session_id: 'of bob' }
  assert.equal((await post(bob, `/v1/agent/codebases/${codebase}/tasks`, task)).status, 201)
  const [claimed] = (await post(token, '/v1/worker/tasks/claim')).body.tasks
  const { task_id, attempt, lease_token } = claimed
  const report = { task_id, attempt, lease_token, worker_seq: 1, session_id: 'ses_bob' }
  assert.equal((await post(token, '/v1/worker/tasks/report', { reports: [report] })).body.results[0].ok, true)
  const { sessions } = (await get(ada, url)).body
  assert.deepEqual(
    sessions.map((s: { id: string }) => s.id),
    ['ses_1'],
  )
  await post(token, `${url}/sync`, { sessions: [{ id: 'ses_bob' }] })
  assert.equal((await post(ada, `${url}/ses_bob/resume`, { prompt: 'mine' })).status, 201)
  assert.equal((await post(token, '/v1/worker/tasks/claim')).body.tasks[0].prompt, 'mine')
})

test('the place in one listing is none in another', async () => {
  const [one, two] = [await place(), await place()]
  const sessions = [{ id: 'a' }, { id: 'b' }]
  for (const { token, url } of [one, two]) await post(token, `${url}/sync`, { sessions })
  const { next } = (await get(ada, `${one.url}?limit=1`)).body
  assert.equal((await get(ada, `${one.url}?limit=1&before=${next}`)).status, 200)
  for (const path of [two.url, '/v1/agent/database/sessions', `${one.url}/ses_1/messages`])
    assert.equal((await get(ada, `${path}?before=${next}`)).status, 400, path)
})

const message = (more: object) => ['/ses_1/messages/sync', { messages: [{ id: 'm', role: 'user', ...more }] }] as const
const hostile: [what: string, path: string, body: unknown][] = [
  ['sessions that are no list', '/sync', { sessions: {} }],
  ['no sessions', '/sync', {}],
  [
    'too many sessions',
    '/sync',
    { sessions: Array.from({ length: limits.sessionsPerCall + 1 }, (_, n) => ({ id: `s${n}` })) },
  ],
  ['a session without an id', '/sync', { sessions: [{ title: 'x' }] }],
  ['an id of two lines', '/sync', { sessions: [{ id: 'a\nb' }] }],
  ['an id of a thousand characters', '/sync', { sessions: [{ id: 'x'.repeat(1000) }] }],
  ['a title that is a number', '/sync', { sessions: [{ id: 'x', title: 1 }] }],
  ['a title of a megabyte', '/sync', { sessions: [{ id: 'x', title: 'x'.repeat(1_000_000) }] }],
  ['a summary of a megabyte', '/sync', { sessions: [{ id: 'x', summary: { text: 'x'.repeat(1_000_000) } }] }],
  ['a time that is none', '/sync', { sessions: [{ id: 'x', created: 'yesterday' }] }],
  ['a time in another age', '/sync', { sessions: [{ id: 'x', updated: 1e300 }] }],
  ['a time before all others', '/sync', { sessions: [{ id: 'x', created: -1 }] }],
  ['a number of messages that no column holds', '/sync', { sessions: [{ id: 'x', messageCount: 2 ** 40 }] }],
  ['a worker id that is none', '/sync', { worker_id: '../x', sessions: [] }],
  ['a role that is none', '/ses_1/messages/sync', { messages: [{ id: 'm', role: 'root' }] }],
  ['parts that are no objects', ...message({ parts: ['x'] })],
  ['a cost below zero', ...message({ cost: -1 })],
  ['a cost that is no number', ...message({ cost: '1' })],
  ['more tokens than there are', ...message({ tokens: { input: 1e15 } })],
  ['half a token', ...message({ tokens: { input: 0.5 } })],
  ['a message of two megabytes', ...message({ content: 'x'.repeat(2_000_000) })],
  ['a NUL', ...message({ content: 'a\0b' })],
  ['half a character', ...message({ content: '\ud800' })],
  [
    'too many messages',
    '/ses_1/messages/sync',
    { messages: Array.from({ length: limits.sessionMessagesPerCall + 1 }, (_, n) => ({ id: `m${n}`, role: 'user' })) },
  ],
  ['a source that is none', '/ses_1/ingest', { source: 'a b' }],
  ['no source', '/ses_1/ingest', {}],
  ['a list', '/ses_1/ingest', []],
  ['an id that ends in a line break', '/ses_1%0A/ingest', { source: 'x' }],
  ['an id with a NUL', '/ses%00/ingest', { source: 'x' }],
]

test('what is not as it should be is refused and changes nothing', async () => {
  const { token, url } = await place()
  for (const [what, path, body] of hostile) {
    const answer = await post(token, url + path, body)
    assert.equal(answer.status, 400, `${what}: ${JSON.stringify(answer.body).slice(0, 300)}`)
    assert.equal(typeof answer.body.error.message, 'string')
  }
  for (const query of [
    'limit=0',
    'limit=101',
    'offset=-1',
    'offset=10001',
    'before=',
    'before=x',
    'x=1',
    'limit=1&limit=2',
  ])
    assert.equal((await get(ada, `${url}?${query}`)).status, 400, query)
  for (const sid of ['none', '%00', '..%2f..', 'x'.repeat(3000), '%F0%9F%98%80'])
    assert.equal((await get(ada, `${url}/${sid}`)).status, 404, sid)
  for (const codebase of ['x', '..%2f', '%00', crypto.randomUUID()])
    for (const path of ['', '/x', '/x/messages'])
      assert.equal((await get(ada, `/v1/agent/codebases/${codebase}/sessions${path}`)).status, 404)
  for (const body of [{ prompt: 1 }, { prompt: 'x'.repeat(2_000_000) }, [], { priority: 1e9 }])
    assert.equal((await post(ada, `${url}/ses_1/resume`, body)).status, 400)
  assert.equal((await post(ada, `${url}/ses_1/resume`, {}, { 'idempotency-key': 'a b' })).status, 400)
  assert.equal((await get(ada, url)).body.sessions.length, 1)
  assert.equal((await get(ada, `${url}/ses_1/messages`)).body.messages[0].content, 'secret')
})

test('ids and texts of all kinds are kept as they are', async () => {
  const { token, url } = await place()
  const id = `a b/c?d#e%f "'\\; drop table sessions; -- 😀`
  const content = 'line\r\n\t\u0007\u202e 😀 </script>'
  const path = `${url}/${encodeURIComponent(id)}`
  const given = {
    source: 'x',
    session: { updated: '9999-12-31T23:59:59Z' },
    messages: [{ id, role: 'system', content }],
  }
  assert.equal((await post(token, `${path}/ingest`, given)).status, 200)
  const [message] = (await get(ada, `${path}/messages`)).body.messages
  assert.deepEqual([message.id, message.session_id, message.content], [id, id, content])
  // A clock that is ahead puts nothing before what happens now.
  assert.ok(Date.parse((await get(ada, path)).body.updated) <= Date.now())
})
