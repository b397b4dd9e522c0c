import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyRetention } from '@codetether/server/background/retention'
import { newId } from '@codetether/server/ids'
import { createLogger } from '@codetether/server/logger'
import { query } from '../event-log.ts'
import { addTenant, openTestStore, type TestStore } from '../tenants.ts'

const log = createLogger({ level: 'silent', format: 'json' })

/** A session with messages that was changed so many days ago. */
async function addSession(
  { database }: TestStore,
  tenantId: string,
  { id, days, messages }: { id: string; days: number; messages: number },
): Promise<void> {
  const codebase = newId()
  await query(
    database,
    `insert into sessions (tenant_id, codebase_id, id, principal, named, updated_at, message_count)
     values ($1, $2, $3, 'local', true, now() - make_interval(days => $4), $5)`,
    [tenantId, codebase, id, days, messages],
  )
  await query(
    database,
    `insert into session_messages (tenant_id, codebase_id, session_id, id, role, cost, input_tokens, output_tokens,
       reasoning_tokens, cache_read_tokens, cache_write_tokens, parts, chars, created_at)
     select $1, $2, $3, n, 'user', 0, 0, 0, 0, 0, 0, '[]', 2, now() from generate_series(1, $4) n`,
    [tenantId, codebase, id, messages],
  )
}

test('sessions that were changed longer ago than the retention go with their messages, in every tenant', async () => {
  await using opened = await openTestStore()
  const ctx = { store: opened.store, log, stopping: new AbortController().signal }
  for (const name of ['alpha', 'beta']) {
    const tenantId = await addTenant(opened.store, name)
    for (let n = 0; n < 6; n++) {
      await addSession(opened, tenantId, { id: `old ${n}`, days: 31, messages: n })
      await addSession(opened, tenantId, { id: `new ${n}`, days: 29, messages: 2 })
    }
    const nothing = await applyRetention(ctx, { eventDays: 1 })
    assert.equal(nothing.sessions, 0)
    const counted = await applyRetention(ctx, { taskDays: 30 }, { really: false, portion: 3 })
    const done = await applyRetention(ctx, { taskDays: 30 }, { portion: 3 })
    assert.deepEqual([counted.sessions, done.sessions], [6, 6])
    const left = await query(
      opened.database,
      `select (select count(*)::int from sessions where tenant_id = $1) as sessions, count(*)::int as messages,
         bool_and(session_id like 'new%') as new from session_messages where tenant_id = $1`,
      [tenantId],
    )
    assert.deepEqual(left, [{ sessions: 6, messages: 12, new: true }])
  }
})
