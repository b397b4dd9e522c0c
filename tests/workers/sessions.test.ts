import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { withConnection } from '@codetether/server/db/connect'
import { waitUntil } from '@codetether/testing/wait-until'
import { query } from '../event-log.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { type Answer, call, registerCodebase } from './worker-calls.ts'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

const post = (path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Answer> =>
  call(platform.url, path, { method: 'POST', body, headers })
const get = (path: string): Promise<Answer> => call(platform.url, path)

const told = (id: string, more: object = {}) => ({
  id,
  title: `title of ${id}`,
  directory: '/srv/x',
  project_id: 'global',
  version: '1.18.33',
  summary: { additions: 3, deletions: 1, files: 1 },
  created: 1_795_218_000_000,
  updated: 1_795_218_060_000,
  messageCount: 2,
  ...more,
})

/** Two messages as OpenCode gives them. */
const turn = (n = 1) => [
  {
    info: { id: `msg_${n}a`, role: 'user', time: { created: 1_795_218_000_000 + n * 1000 }, agent: 'build' },
    parts: [{ id: `prt_${n}a`, type: 'text', text: `question ${n}` }],
  },
  {
    info: {
      id: `msg_${n}b`,
      parentID: `msg_${n}a`,
      role: 'assistant',
      mode: 'build',
      providerID: 'fake',
      modelID: 'fake-1',
      cost: 0.25,
      tokens: { total: 18, input: 8, output: 7, reasoning: 0, cache: { read: 3, write: 0 } },
      time: { created: 1_795_218_000_500 + n * 1000, completed: 1_795_218_000_900 + n * 1000 },
      finish: 'stop',
    },
    parts: [
      { type: 'step-start' },
      { type: 'text', text: `answer ${n}` },
      {
        type: 'tool',
        tool: 'bash',
        callID: 'call_1',
        state: { status: 'completed', input: { command: 'ls' }, output: 'x\n' },
      },
    ],
  },
]

test('a worker tells of sessions and their messages, and they are there under each prefix and both names', async () => {
  const { id, url, worker } = await registerCodebase(platform.url)
  const synced = await worker.call(`${url}/sessions/sync`, {
    worker_id: worker.id,
    sessions: [told('ses_1'), told('ses_2')],
  })
  assert.deepEqual(synced, { status: 200, body: { success: true, sessions_count: 2 } })
  const messages = await worker.call(`${url}/sessions/ses_1/messages/sync`, { worker_id: worker.id, messages: turn() })
  assert.deepEqual(messages, { status: 200, body: { success: true, messages_count: 2 } })
  for (const prefix of ['/v1/agent', '/v1/opencode'])
    for (const noun of ['codebases', 'workspaces']) {
      const base = `${prefix}/${noun}/${id}/sessions`
      const list = (await get(base)).body
      assert.deepEqual(list.sessions.map((s: { id: string }) => s.id).sort(), ['ses_1', 'ses_2'])
      const { session } = (await get(`${base}/ses_1`)).body
      assert.deepEqual(
        [
          session.title,
          session.messageCount,
          session.messages_synced,
          session.cost,
          session.tokens.input,
          session.worker_id,
        ],
        ['title of ses_1', 2, 2, 0.25, 8, worker.id],
      )
      assert.equal(session.updated, new Date(1_795_218_060_000).toISOString())
      const [question, answer] = (await get(`${base}/ses_1/messages`)).body.messages
      assert.deepEqual([question.role, question.content, question.agent], ['user', 'question 1', 'build'])
      assert.deepEqual(
        [answer.model, answer.content, answer.parts.length, answer.parent_id],
        ['fake/fake-1', 'answer 1', 3, 'msg_1a'],
      )
      assert.equal(answer.time.completed, 1_795_218_001_900)
    }
})

test('what is told again changes nothing, and usage counts once', async () => {
  const { url, worker } = await registerCodebase(platform.url)
  const messages = [...turn(1), ...turn(2)]
  for (let n = 0; n < 3; n++) {
    await worker.call(`${url}/sessions/ses_r/messages/sync`, { messages })
    await worker.call(`${url}/sessions/sync`, { sessions: [told('ses_r')] })
  }
  const before = (await get(`${url}/sessions/ses_r`)).body.session
  assert.deepEqual([before.messages_synced, before.cost, before.tokens.output], [4, 0.5, 14])
  await worker.call(`${url}/sessions/ses_r/messages/sync`, { messages: messages.toReversed() })
  await worker.call(`${url}/sessions/sync`, { sessions: [told('ses_r')] })
  assert.deepEqual((await get(`${url}/sessions/ses_r`)).body.session, before)
})

test('a message that grows is replaced, and not by an older version of itself', async () => {
  const { url, worker } = await registerCodebase(platform.url)
  const tell = (more: object, text: string) =>
    worker.call(`${url}/sessions/ses_g/messages/sync`, {
      messages: [{ info: { id: 'msg_1', role: 'assistant', ...more }, parts: [{ type: 'text', text }] }],
    })
  const created = 1_795_218_000_000
  await tell({ cost: 0.1, tokens: { input: 5, output: 1 }, time: { created } }, 'half')
  await tell({ cost: 0.3, tokens: { input: 5, output: 4 }, time: { created, completed: created + 1 } }, 'whole')
  await tell({ cost: 0.1, tokens: { input: 5, output: 1 }, time: { created } }, 'half')
  const { messages } = (await get(`${url}/sessions/ses_g/messages`)).body
  const { session } = (await get(`${url}/sessions/ses_g`)).body
  assert.deepEqual(
    messages.map((m: { content: string }) => m.content),
    ['whole'],
  )
  assert.deepEqual([session.cost, session.tokens.input, session.tokens.output, session.messages_synced], [0.3, 5, 4, 1])
})

test('of a session the latest that was told stays, in whatever order it comes', async () => {
  const { url, worker } = await registerCodebase(platform.url)
  const tell = (sessions: object[]) => worker.call(`${url}/sessions/sync`, { sessions })
  await tell([told('ses_o', { title: 'new', updated: 1_795_218_090_000 }), told('ses_o', { title: 'old' })])
  await tell([told('ses_o', { title: 'older', updated: 1_795_218_010_000 })])
  // What is not told is kept.
  await tell([{ id: 'ses_o', updated: 1_795_218_095_000 }])
  const { session } = (await get(`${url}/sessions/ses_o`)).body
  assert.deepEqual(
    [session.title, session.directory, session.updated],
    ['new', '/srv/x', new Date(1_795_218_095_000).toISOString()],
  )
})

test('those who tell of the same at once do not count it twice', async () => {
  const { url, worker } = await registerCodebase(platform.url)
  const all = Array.from({ length: 40 }, (_, n) => turn(n)).flat()
  const tell = (messages: object[]) => worker.call(`${url}/sessions/ses_c/messages/sync`, { messages })
  const tellSessions = (sessions: object[]) => worker.call(`${url}/sessions/sync`, { sessions })
  const sessions = Array.from({ length: 20 }, (_, n) => told(`ses_c${n}`))
  await tell([])
  const answers = await Promise.all([
    ...Array.from({ length: 8 }, (_, n) => tell(n % 2 ? all : all.toReversed())),
    ...Array.from({ length: 8 }, (_, n) => tellSessions(n % 2 ? sessions : sessions.toReversed())),
  ])
  for (const { status, body } of answers) assert.equal(status, 200, JSON.stringify(body))
  const { session } = (await get(`${url}/sessions/ses_c`)).body
  assert.deepEqual([session.messages_synced, session.cost, session.tokens.input], [80, 10, 320])
})

test('two that have begun to tell of the same at the same time do not count it twice', async () => {
  const { url, worker } = await registerCodebase(platform.url)
  const message = (id: string, content: string) => ({ id, role: 'user', content, cost: 1, time: { created: 1 } })
  const tell = (...messages: object[]) => worker.call(`${url}/sessions/ses_w/messages/sync`, { messages })
  await tell(message('known', 'a'))
  const waiting = `select count(*)::int as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`
  const both = await withConnection(platform.database.admin, async client => {
    await client.query(`begin; select from session_messages where session_id = 'ses_w' for update`)
    const calls = [1, 2].map(() => tell(message('new', 'b'), message('known', 'c')))
    await waitUntil('both wait', async () => (await query<{ n: number }>(platform.database, waiting))[0]?.n === 2)
    await client.query('commit')
    return Promise.all(calls)
  })
  assert.deepEqual(
    both.map(({ status }) => status),
    [200, 200],
  )
  const { session } = (await get(`${url}/sessions/ses_w`)).body
  assert.deepEqual([session.messages_synced, session.cost], [2, 2])
})

test('a session of another program is ingested, by the worker or by whoever registered the codebase', async () => {
  const { url, worker } = await registerCodebase(platform.url)
  const body = {
    source: 'claude-code',
    session: { title: 'imported', created: '2026-11-20T10:00:00Z' },
    messages: [
      { id: 'm1', role: 'user', content: 'hello', created_at: '2026-11-20T10:00:00Z' },
      {
        id: 'm2',
        role: 'assistant',
        content: 'hi',
        model: 'a/b',
        tool_calls: [{ tool: 'bash' }],
        created_at: '2026-11-20T10:00:01Z',
      },
    ],
  }
  const expected = { success: true, session_id: 'imported-1', source: 'claude-code', messages_ingested: 2 }
  assert.deepEqual((await post(`${url}/sessions/imported-1/ingest`, body)).body, expected)
  const again = await worker.call(`${url}/sessions/imported-1/ingest`, { ...body, worker_id: worker.id })
  assert.deepEqual(again.body, expected)
  const { messages } = (await get(`${url}/sessions/imported-1/messages`)).body
  assert.deepEqual(
    messages.map((m: { content: string }) => m.content),
    ['hello', 'hi'],
  )
  assert.deepEqual(messages[1].parts, [
    { type: 'text', text: 'hi' },
    { type: 'tool', tool: 'bash' },
  ])
  const { session } = (await get(`${url}/sessions/imported-1`)).body
  assert.deepEqual(
    [session.source, session.title, session.worker_id, session.messages_synced],
    ['claude-code', 'imported', worker.id, 2],
  )
})

test('sessions are listed by page, by offset and over all codebases, those that were changed last first', async () => {
  const { url, worker } = await registerCodebase(platform.url)
  const sessions = Array.from({ length: 7 }, (_, n) =>
    told(`ses_p${n}`, { updated: 1_795_218_060_000 + (n % 4) * 1000 }),
  )
  await worker.call(`${url}/sessions/sync`, { sessions })
  const whole: { id: string; updated: string }[] = (await get(`${url}/sessions?limit=100`)).body.sessions
  assert.deepEqual(
    whole.map(s => s.updated),
    whole
      .map(s => s.updated)
      .toSorted()
      .toReversed(),
  )
  for (const list of [`${url}/sessions`, '/v1/agent/database/sessions', '/v1/opencode/database/sessions']) {
    const seen: string[] = []
    for (let place = ''; ; ) {
      const { status, body } = await get(`${list}?limit=3${place}`)
      assert.equal(status, 200)
      seen.push(...body.sessions.map((s: { id: string }) => s.id))
      if (body.next === null) break
      place = `&before=${body.next}`
    }
    assert.equal(new Set(seen).size, seen.length, 'each once')
    assert.deepEqual(
      seen.filter(id => id.startsWith('ses_p')),
      whole.map(s => s.id),
      list,
    )
  }
  const { body } = await get(`${url}/sessions?limit=3&offset=3`)
  assert.deepEqual(
    body.sessions.map((s: { id: string }) => s.id),
    whole.slice(3, 6).map(s => s.id),
  )
  assert.deepEqual([body.limit, body.offset, body.hasMore], [3, 3, true])
})

test('the lists of the database are there for whoever may see them', async () => {
  const { id, worker } = await registerCodebase(platform.url)
  for (const prefix of ['/v1/agent', '/v1/opencode']) {
    const lists = await Promise.all(
      ['workers', 'workspaces', 'codebases'].map(name => get(`${prefix}/database/${name}?limit=100`)),
    )
    assert.ok(lists[0]?.body.workers.some((w: { worker_id: string }) => w.worker_id === worker.id))
    for (const list of lists.slice(1)) assert.ok(list.body.codebases.some((c: { id: string }) => c.id === id))
    assert.equal((await get(`${prefix}/database/status`)).body.available, true)
  }
})

test('sessions go with their codebase', async () => {
  const { id, url, worker } = await registerCodebase(platform.url)
  await worker.call(`${url}/sessions/ses_gone/ingest`, { source: 'x', messages: turn() })
  assert.equal((await call(platform.url, url, { method: 'DELETE' })).status, 200)
  assert.equal((await get(`${url}/sessions`)).status, 404)
  const { sessions } = (await get('/v1/agent/database/sessions?limit=100')).body
  assert.ok(!sessions.some((s: { id: string }) => s.id === 'ses_gone'))
  const left = 'select count(*)::int as n from session_messages where codebase_id = $1'
  assert.deepEqual(await query(platform.database, left, [id]), [{ n: 0 }])
  assert.equal((await worker.call(`${url}/sessions/sync`, { sessions: [told('ses_gone')] })).status, 404)
})
