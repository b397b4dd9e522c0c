import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { agentOf, assertSoundLog, heldAgent, query, soon, to } from './event-log.ts'
import { startPlatform } from './platform.ts'

test('a cancel on one replica stops the agent that runs on another', async () => {
  await using database = await testDatabase()
  const held = heldAgent()
  await using one = await startPlatform({ database, agents: [held.agent] })
  await using other = await startPlatform({ database })
  const { id } = (await one.rpc('message/send', soon(to('Held')))).result
  const ctx = await held.started
  const aborted = new Promise<void>(resolve => ctx.signal.addEventListener('abort', () => resolve()))
  assert.equal((await other.rpc('tasks/cancel', { id })).result.status.state, 'canceled')
  await aborted
  held.tell(async () => undefined)
  await held.ended
  await assertSoundLog(database, id)
})

test('what no replica hosts waits, and runs when one comes that does', async () => {
  await using database = await testDatabase()
  const quick = agentOf('Rare', async (_message, ctx) => ctx.reply('done'))
  await using one = await startPlatform({ database })
  await query(
    database,
    `insert into tasks (tenant_id, id, principal, context_id, agent, routing, wire_version, state, status_seq, last_seq,
       generation, lease_token, lease_until)
     select id, $1, 'local', 'c', 'Rare', 'target', '0.3', 'submitted', 1, 1, 1, gen_random_uuid(), now() from tenants`,
    ['01990000-0000-7000-8000-000000000001'],
  )
  await query(
    database,
    `with task as (select tenant_id, id from tasks), event as (
       insert into task_events (tenant_id, task_id, seq, generation, kind, v, actor, body)
       select tenant_id, id, 1, 1, 'created', 1, 'Rare', '{}' from task)
     insert into task_messages select tenant_id, id, 1, '{"messageId":"m","role":"user","parts":[{"text":"go"}]}' from task`,
  )
  await one.rpc('message/send', to('Echo'))
  assert.deepEqual(await query(database, `select state, attempt from tasks where agent = 'Rare'`), [
    { state: 'submitted', attempt: 0 },
  ])
  await using _other = await startPlatform({ database, agents: [quick] })
  await waitUntil('it has run', async () => {
    const [row] = await query<{ state: string }>(database, `select state from tasks where agent = 'Rare'`)
    return row?.state === 'completed'
  })
})
