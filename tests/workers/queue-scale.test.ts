import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { claimWork } from '@codetether/server/store/claim-work'
import { findChanges } from '@codetether/server/store/codebase-changes'
import { countOpen, findLastSession, listOpen } from '@codetether/server/store/open-work'
import { listWork } from '@codetether/server/store/read-work'
import type { SystemWriter, Writer } from '@codetether/server/store/store'
import { readSweeps } from '@codetether/server/store/sweeps'
import { readTaskFigures } from '@codetether/server/store/task-figures'
import { findLostWork, findOverdueWork, readyWork } from '@codetether/server/store/work-leases'
import { defaultTenantId as tenantId } from '@codetether/server/tenants'
import { query } from '../event-log.ts'
import { assertBounded, plansOf, systemPlansOf } from '../plans.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { call, createTask, registerWorker } from './worker-calls.ts'

const many = 30_000
const principal = 'local'

let platform: Platform
let codebaseId: string
before(async () => {
  platform = await startPlatform()
  const body = { name: 'large', path: '/srv/large' }
  codebaseId = (await call(platform.url, '/v1/agent/codebases', { method: 'POST', body })).body.id
  await registerWorker(platform.url, { worker_id: 'rare', codebases: [{ id: codebaseId, path: '/srv/large' }] })
  await createTask(platform.url)
  await createTask(platform.url, { codebase_id: codebaseId })
  // Of both lanes every third task waits; `rare` has ended one in a thousand.
  await query(
    platform.database,
    `insert into tasks (tenant_id, id, principal, context_id, agent, routing, wire_version, state, status_seq, last_seq, generation,
       lane, changed_in, worker_id, max_attempts)
     select $1, uuid_floor(now() - n * interval '1 s'), $2, n, 'Worker', 'worker', '1.0',
       case when n % 3 = 0 then 'submitted' else 'completed' end, 1, 1, 1, l.id,
       case when l.codebase_id is not null then '3'::xid8 end, case when n % 1000 = 1 then 'rare' when n % 3 > 0 then 'other' end, 3
     from generate_series(1, ${many}) n join lanes l on (l.codebase_id is null) = (n % 2 = 0)`,
    [tenantId, principal],
  )
  await query(
    platform.database,
    `insert into task_work (tenant_id, task_id, title, agent_type, routing, codebase_id)
     select tenant_id, id, 'seeded', 'build', '{}', case when changed_in is not null then $1::uuid end from tasks where last_seq = 1
     on conflict do nothing`,
    [codebaseId],
  )
  await query(platform.database, 'analyze tasks, task_work, lanes')
})
after(() => platform[Symbol.asyncDispose]())

const rowsOfTasks = (plans: Awaited<ReturnType<typeof plansOf>>) =>
  plans.filter(plan => plan['Relation Name'] === 'tasks' || plan['Index Name']?.startsWith('tasks_'))

async function assertReads(most: number, read: (tx: Writer) => Promise<unknown>) {
  assertBounded(rowsOfTasks(await plansOf(platform.database, read)), most)
}

async function assertSystemReads(most: number, read: (tx: SystemWriter) => Promise<unknown>) {
  assertBounded(rowsOfTasks(await systemPlansOf(platform.database, read)), most)
}

test('a claim reads what it takes, however many tasks wait and have ended', async () => {
  const claim = { tenantId, workerId: 'rare', leaseSeconds: 60, room: 50, taskId: null }
  await assertReads(100, tx => claimWork(tx, { ...claim, mostPerPrincipal: undefined, mostPerTenant: undefined }))
})

test('a page of tasks reads what it shows, also of a worker that had few of them', async () => {
  const filter = { tenantId, principal, states: null, codebaseId: null, agentName: null, limit: 20 }
  const middle = uuidAt(Date.now() - (many / 2) * 1000)
  for (const workerId of [null, 'rare'])
    for (const before of [null, middle]) await assertReads(21, tx => listWork(tx, { ...filter, workerId, before }))
})

test('what is open in a codebase, and what happens there, is found among tasks that have ended', async () => {
  const scope = { tenantId, codebaseId, principal }
  await assertReads(10_000, tx => countOpen(tx, scope))
  await assertReads(21, tx => listOpen(tx, { ...scope, states: ['submitted', 'working'], limit: 21 }))
  await assertReads(1_000, tx => findLastSession(tx, scope))
  await assertReads(500, tx => findChanges(tx, { ...scope, from: null, limit: 500 }))
})

test('what is due and what the metrics tell is found among tasks that wait for workers', async () => {
  await assertSystemReads(0, tx => findLostWork(tx, 100))
  await assertSystemReads(0, tx => readyWork(tx, 100))
  await assertSystemReads(0, tx => findOverdueWork(tx, 100))
  await assertSystemReads(0, tx => readSweeps(tx, 10))
  // The heads of the two lanes.
  await assertSystemReads(2, readTaskFigures)
})

test('only tasks of codebases are kept for those who follow them, before and after they are taken', async () => {
  const worker = await registerWorker(platform.url, { codebases: [{ id: codebaseId, path: '/srv/large' }] })
  const isFollowed = async (id: string) => {
    const [row] = await query<{ found: boolean }>(
      platform.database,
      'select changed_in is not null as found from tasks where id = $1',
      [id],
    )
    return row?.found
  }
  for (const [more, expected] of [
    [{}, false],
    [{ codebase_id: codebaseId }, true],
  ] as const) {
    const task_id = await createTask(platform.url, more)
    assert.equal(await isFollowed(task_id), expected)
    assert.equal((await worker.call('/v1/worker/tasks/claim', { task_id })).status, 200)
    assert.equal(await isFollowed(task_id), expected)
  }
})

const uuidAt = (ms: number) =>
  ms
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})(.{4})$/, '$1-$2-0000-0000-000000000000')
