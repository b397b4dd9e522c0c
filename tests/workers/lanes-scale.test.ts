import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { findWaitingLanes } from '@codetether/server/store/lanes'
import { findStuck } from '@codetether/server/store/read-work'
import { findRunningWork } from '@codetether/server/store/running-work'
import { defaultTenantId as tenantId } from '@codetether/server/tenants'
import { query } from '../event-log.ts'
import { plansOf } from '../plans.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { call, createTask, registerWorker } from './worker-calls.ts'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

const waiting = 20_000
const lanes = 500
const workers = 200

/** A codebase where much waits, among many lanes where nothing does, and many workers. */
async function fill(): Promise<string> {
  const { database, url } = platform
  const body = { name: 'busy', path: '/srv/busy' }
  const codebase: string = (await call(url, '/v1/agent/codebases', { method: 'POST', body })).body.id
  await registerWorker(url, { codebases: [{ id: codebase }] })
  const task = await createTask(url, { codebase_id: codebase })
  const copies = [
    `insert into tasks select (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid()))).*
     from tasks t, generate_series(1, ${waiting}) where t.id = $1`,
    `insert into lanes select (jsonb_populate_record(l, jsonb_build_object('id', 1000 + n, 'model_ref', 'no/body', 'digest', '\\x' || md5(n::text)))).*
     from tasks t join lanes l on l.id = t.lane, generate_series(1, ${lanes}) n where t.id = $1`,
    `insert into workers select (jsonb_populate_record(w, jsonb_build_object('id', 'w' || n, 'key', gen_random_uuid()))).*
     from workers w, generate_series(1, ${workers}) n where exists (select from tasks where id = $1)`,
  ]
  for (const copy of copies) await query(database, copy, [task])
  await query(database, 'analyze tasks, lanes, workers')
  return codebase
}

type Plans = Awaited<ReturnType<typeof plansOf>>

/** Rows of a table that were read, those that were left out among them. */
const read = (plans: Plans, table: string): number =>
  plans
    .filter(plan => plan['Relation Name'] === table)
    .reduce(
      (sum, plan) => sum + (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'],
      0,
    )

test('what runs and what is stuck is found by leases and lanes, also where nothing is known of the tables yet', async () => {
  await using own = await startPlatform()
  const { database, url } = own
  const worker = await registerWorker(url)
  const task = await createTask(url)
  await worker.claim()
  const copies = [
    `insert into tasks select (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'lease_owner', null,
       'state', 'completed'))).* from tasks t, generate_series(1, 600) where t.id = $1`,
    ...['task_work', 'task_messages'].map(
      table => `insert into ${table} select (jsonb_populate_record(r, jsonb_build_object('task_id', t.id))).*
        from ${table} r, tasks t where r.task_id = $1 and t.id <> $1`,
    ),
  ]
  for (const copy of copies) await query(database, copy, [task])
  const silent = { tenantId, principal: 'local', silentSeconds: 0, limit: 50 }
  const plans = [
    await plansOf(database, tx => findRunningWork(tx, silent)),
    await plansOf(database, tx => findStuck(tx, { tenantId, principal: 'local', limit: 50 })),
  ]
  // A table that is small may be read once.
  for (const plan of plans)
    for (const table of ['tasks', 'task_messages', 'task_work'])
      assert.ok(read(plan, table) < 2_000, `${read(plan, table)} of ${table}`)
})

test('which lanes wait is told by their heads, and who may take from a lane is asked only where something waits', async () => {
  const codebase = await fill()
  const judged = (plans: Plans) =>
    read(plans, 'workers') + plans.reduce((sum, plan) => sum + (plan['Rows Removed by Join Filter'] ?? 0), 0)
  const open = await plansOf(platform.database, tx => findWaitingLanes(tx, tenantId, [codebase]))
  assert.ok(read(open, 'lanes') >= lanes)
  assert.ok(read(open, 'tasks') < 200, `${read(open, 'tasks')} tasks`)
  const stuck = await plansOf(platform.database, tx => findStuck(tx, { tenantId, principal: 'local', limit: 50 }))
  assert.ok(read(stuck, 'tasks') < 200, `${read(stuck, 'tasks')} tasks`)
  assert.ok(judged(stuck) < 5 * workers, `${judged(stuck)} workers`)
})
