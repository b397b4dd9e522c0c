import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { listSessionMessages, putSessionMessages } from '@codetether/server/store/session-messages'
import { listSessions, type Place } from '@codetether/server/store/sessions'
import { defaultTenantId } from '@codetether/server/tenants'
import { query } from '../event-log.ts'
import { assertBounded, plansOf } from '../plans.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { call } from './worker-calls.ts'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

const get = (path: string) => call(platform.url, path)

const many = 100_000

/** A codebase with a session of many messages among many sessions. */
async function fill(): Promise<{ codebase: string; url: string }> {
  const body = { name: 'large', path: '/srv/large' }
  const codebase: string = (await call(platform.url, '/v1/agent/codebases', { method: 'POST', body })).body.id
  const values = [defaultTenantId, codebase]
  await query(
    platform.database,
    `insert into sessions (tenant_id, codebase_id, id, principal, named, updated_at, message_count)
     select $1, $2, 'ses_' || n, 'local', true, now() - n * interval '1 s', 0 from generate_series(1, ${many}) n`,
    values,
  )
  // Ten of each time: the id decides among them.
  await query(
    platform.database,
    `insert into session_messages (tenant_id, codebase_id, session_id, id, role, cost, input_tokens, output_tokens,
       reasoning_tokens, cache_read_tokens, cache_write_tokens, parts, chars, created_at)
     select $1, $2, 'ses_1', 'msg_' || lpad(n::text, 6, '0'), 'user', 0, 0, 0, 0, 0, 0,
       jsonb_build_array(jsonb_build_object('type', 'text', 'text', 'message ' || n)), 40,
       '2026-01-01'::timestamptz + (n / 10) * interval '1 s' from generate_series(1, ${many}) n`,
    values,
  )
  await query(platform.database, 'analyze sessions, session_messages')
  return { codebase, url: `/v1/agent/codebases/${codebase}/sessions` }
}

const nothing = {
  source: null,
  workerId: null,
  title: null,
  directory: null,
  projectId: null,
  version: null,
  summary: null,
  toldMessages: null,
  createdAt: null,
  updatedAt: null,
}

const empty = {
  role: 'user' as const,
  parentId: null,
  agent: null,
  model: null,
  cost: 1,
  inputTokens: 1,
  outputTokens: 0,
  reasoningTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  error: null,
  parts: [],
  createdAt: 1,
  completedAt: null,
}

test('a page of sessions and of messages reads what it shows, however many there are and wherever it begins', async () => {
  const { codebase, url } = await fill()
  const key = { tenantId: defaultTenantId, codebaseId: codebase, id: 'ses_1' }
  const middle: Place = { at: new Date(Date.parse('2026-01-01T00:00:00Z') + 5_000_000), id: 'msg_050005' }
  for (const after of [null, middle])
    assertBounded(await plansOf(platform.database, tx => listSessionMessages(tx, key, { after, limit: 50 })), 51)
  const now: Place = { at: new Date(Date.now() - 50_000_000), id: 'ses_1' }
  for (const whose of [{ codebaseId: codebase }, { principal: 'local' }])
    for (const after of [null, now])
      assertBounded(
        await plansOf(platform.database, tx =>
          listSessions(tx, { tenantId: defaultTenantId, of: whose, after, offset: 0, limit: 50 }),
        ),
        50,
      )

  // Two that are known and one that is new.
  const about = { ...nothing, id: 'ses_1' }
  const messages = ['msg_000001', 'msg_099999', 'msg_new'].map(id => ({ ...empty, id }))
  assertBounded(await plansOf(platform.database, tx => putSessionMessages(tx, key, { about, messages })), 3)

  const seen: string[] = []
  for (let before = '', pages = 0; pages < 5; pages++) {
    const { body } = await get(`${url}/ses_1/messages?limit=33${before}`)
    seen.unshift(...body.messages.map((m: { id: string }) => m.id))
    before = `&before=${body.next}`
  }
  const expected = Array.from({ length: 165 }, (_, n) => `msg_${String(many - 164 + n).padStart(6, '0')}`)
  assert.deepEqual(seen, expected)
})

test('a page of large messages ends early', async () => {
  const body = { name: 'wide', path: '/srv/wide' }
  const codebase = (await call(platform.url, '/v1/agent/codebases', { method: 'POST', body })).body.id
  const url = `/v1/agent/codebases/${codebase}/sessions/wide`
  for (let n = 0; n < 12; n++) {
    const messages = [{ id: `m${n}`, role: 'user', content: 'x'.repeat(1_000_000), time: { created: n } }]
    const { status } = await call(platform.url, `${url}/ingest`, { method: 'POST', body: { source: 'x', messages } })
    assert.equal(status, 200)
  }
  const first = (await get(`${url}/messages?limit=100`)).body
  assert.deepEqual([first.messages.length, first.messages.at(-1).id], [9, 'm11'])
  const rest = (await get(`${url}/messages?limit=100&before=${first.next}`)).body
  assert.deepEqual([rest.messages.map((m: { id: string }) => m.id), rest.next], [['m0', 'm1', 'm2'], null])
})
