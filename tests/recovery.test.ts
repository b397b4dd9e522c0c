import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Agent } from '@codetether/agents/define-agent'
import { limits } from '@codetether/protocol/limits'
import type { Message } from '@codetether/protocol/message'
import { forgetOldRequests } from '@codetether/server/background/forget-requests'
import { startSweeper } from '@codetether/server/background/sweeper'
import { createLogger } from '@codetether/server/logger'
import { openContext } from '@codetether/server/open-context'
import { type Submission, submitTask } from '@codetether/server/operations/submit-task'
import { permissions } from '@codetether/server/principal'
import { defaultTenantId } from '@codetether/server/tenants'
import { type TestDatabase, testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { agentOf, heldAgent, query, soon, to } from './event-log.ts'
import { configOf, startPlatform } from './platform.ts'

test('an attempt after a stop gets the files of its message, however much the one before has said', async () => {
  await using database = await testDatabase()
  const raw = Buffer.alloc(75_000, 'a').toString('base64')
  const parts = [{ kind: 'file', file: { bytes: raw, name: 'a.bin' } }]
  const first = heldAgent()
  let id = ''
  {
    await using platform = await startPlatform({ database, agents: [first.agent] })
    id = (await platform.rpc('message/send', soon(to('Held', '', { parts })))).result.id
    const ctx = await first.started
    await query(
      database,
      `insert into task_messages select tenant_id, id, n, jsonb_build_object('messageId', n, 'role', 'agent', 'parts', '[]'::jsonb)
       from tasks, generate_series(100, 100 + ${limits.historyLength}) n where id = $1`,
      [id],
    )
    first.tell(() => new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason))))
  }
  const histories: (readonly Message[])[] = []
  const second = agentOf('Held', async (_message, ctx) => {
    histories.push(ctx.history)
    await ctx.reply('done')
  })
  await using platform = await startPlatform({ database, agents: [second] })
  await waitUntil(
    'the task has ended',
    async () => (await platform.rpc('tasks/get', { id })).result.status.state === 'completed',
  )
  assert.deepEqual(
    histories.map(history => history.map(message => message.parts)),
    [[[{ raw, filename: 'a.bin' }]]],
  )
})

const principal = { tenantId: defaultTenantId, id: 'local', permissions: new Set(permissions) }

/** A server without its doors and its background work. */
async function contextOf(database: TestDatabase, agents: readonly Agent[] = []) {
  const config = configOf(database, { CODETETHER_LEASE_SECONDS: '1' })
  const log = createLogger({ ...config.log, authHeader: config.auth.header })
  return openContext({ config, log, stopping: new AbortController().signal }, { agents })
}

const submissionTo = (agent: Agent): Submission => ({
  message: { messageId: 'm', role: 'user', parts: [{ text: 'go' }] },
  messageIdGiven: true,
  contextId: null,
  agent,
  routing: 'target',
  metadata: null,
  wireVersion: '0.3',
  push: null,
})

test('a run of this process goes on though its lease has run out, as after a time without the database', async () => {
  await using database = await testDatabase()
  const held = heldAgent()
  await using ctx = await contextOf(database, [held.agent])
  const submitted = await submitTask(ctx, principal, submissionTo(held.agent))
  assert.ok(submitted.isNew)
  await held.started
  await query(database, `update tasks set lease_until = now() - interval '1 minute'`)
  {
    await using _firstRound = startSweeper(ctx)
  }
  const [task] = await query(database, 'select attempt, lost_leases from tasks')
  assert.deepEqual(task, { attempt: 1, lost_leases: 0 })
  await waitUntil('the lease is renewed', async () => {
    const rows = await query(database, 'select from tasks where lease_until > now()')
    return rows.length === 1
  })
  held.tell(agentContext => agentContext.reply('done'))
  await held.ended
})

test('an agent that does not wait for what is refused ends nothing but its own run', async () => {
  const held = heldAgent()
  await using platform = await startPlatform({ agents: [held.agent] })
  const { id } = (await platform.rpc('message/send', soon(to('Held')))).result
  await held.started
  await platform.rpc('tasks/cancel', { id })
  held.tell(async ctx => {
    void ctx.status('too late')
  })
  await held.ended
  assert.equal((await platform.rpc('tasks/get', { id })).result.status.state, 'canceled')
})

test('message ids past their time are forgotten in portions, and no others', async () => {
  await using database = await testDatabase()
  await using ctx = await contextOf(database)
  await query(
    database,
    `insert into task_requests select $1, 'local', 'Echo', n, '', gen_random_uuid(), now() - make_interval(hours => n)
     from generate_series(1, 44) n`,
    [defaultTenantId],
  )
  await forgetOldRequests(ctx, 5)
  assert.deepEqual(await query(database, 'select count(*)::int as n, max(message_id::int) from task_requests'), [
    { n: 23, max: 23 },
  ])
})
