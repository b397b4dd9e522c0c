import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskEvent } from '@codetether/protocol/task-event'
import { canMove, isTerminal, type TaskState, taskStates } from '@codetether/protocol/task-state'
import { withConnection } from '@codetether/server/db/connect'
import { newId } from '@codetether/server/ids'
import { planEvents } from '@codetether/server/operations/plan-events'
import { changeTask } from '@codetether/server/store/change-task'
import { insertTasks, serializeTask } from '@codetether/server/store/insert-tasks'
import { testDatabase } from '@codetether/testing/test-database'
import fc from 'fast-check'
import { addTenant, markedTask, openTestStore } from './tenants.ts'

type Client = Parameters<Parameters<typeof withConnection>[1]>[0]

/** A task in any state, and a function that tries one state after the other on it and tells which the trigger took. */
const workbench = `
  insert into tasks (tenant_id, id, principal, context_id, agent, routing, wire_version, state, status_seq, last_seq, generation)
  values ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002', 'p', 'c', 'a', 'r', '0.3',
    'submitted', 1, 1, 1);
  create function pg_temp.walk(path text[], seqs bigint, generations bigint) returns boolean[] language plpgsql as $$
  declare
    verdicts boolean[] := '{}';
    step text;
    taken text;
  begin
    -- The first state of a walk comes from no other one.
    perform set_config('session_replication_role', 'replica', true);
    update tasks set state = path[1], last_seq = 1, generation = 1;
    perform set_config('session_replication_role', 'origin', true);
    foreach step in array path[2:] loop
      begin
        update tasks set state = step, last_seq = last_seq + seqs, generation = generation + generations;
        verdicts := verdicts || true;
      exception when check_violation then
        get stacked diagnostics taken = constraint_name;
        if taken <> 'task_transition' then
          raise;
        end if;
        verdicts := verdicts || false;
      end;
    end loop;
    return verdicts;
  end $$`

interface Steps {
  seqs: number
  generations: number
}

async function walkInDatabase(client: Client, path: readonly TaskState[], { seqs, generations }: Steps) {
  const { rows } = await client.query<{ verdicts: boolean[] }>('select pg_temp.walk($1, $2, $3) as verdicts', [
    path,
    seqs,
    generations,
  ])
  return rows[0]?.verdicts
}

/** The same walk through the pure machine: a step that it refuses leaves the state as it is. */
function walkInMachine([start, ...steps]: readonly TaskState[]): boolean[] {
  let state = start
  return steps.map(step => {
    const verdict = state !== undefined && canMove(state, step)
    if (verdict) state = step
    return verdict
  })
}

const pairs = taskStates.flatMap(from => taskStates.map((to): [TaskState, TaskState] => [from, to]))
const state = fc.constantFrom(...taskStates)
/** Walks that live long: states that end one are rare. */
const longLived = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...taskStates.filter(s => !isTerminal(s))) },
  { weight: 1, arbitrary: state },
)
const walk = fc.array(longLived, { minLength: 2, maxLength: 41, size: 'max' })
const aStep = fc.record({ seqs: fc.integer({ min: 1, max: 5 }), generations: fc.integer({ min: 0, max: 5 }) })
const noStep = fc.oneof(
  fc.record({ seqs: fc.integer({ min: -1, max: 0 }), generations: fc.integer({ min: 0, max: 1 }) }),
  fc.record({ seqs: fc.constant(1), generations: fc.constant(-1) }),
)

test('the trigger and the machine of the protocol', async t => {
  await using database = await testDatabase()
  await withConnection(database.admin, async client => {
    await client.query(workbench)

    await t.test('say the same of every pair of states', async () => {
      for (const pair of pairs)
        assert.deepEqual(
          await walkInDatabase(client, pair, { seqs: 1, generations: 1 }),
          walkInMachine(pair),
          pair.join(' → '),
        )
    })

    await t.test('say the same on every step of any walk', async () => {
      let refused = 0
      let taken = 0
      const property = fc.asyncProperty(walk, aStep, async (path, steps) => {
        const verdicts = walkInMachine(path)
        for (const verdict of verdicts) verdict ? taken++ : refused++
        assert.deepEqual(await walkInDatabase(client, path, steps), verdicts)
      })
      await fc.assert(property, { numRuns: 1000, seed: 7 })
      assert.ok(refused > 1000 && taken > 5000, `${refused} refused, ${taken} taken`)
    })

    await t.test('the trigger takes no change of state that comes without an event', async () => {
      const property = fc.asyncProperty(walk, noStep, async (path, steps) => {
        const verdicts = await walkInDatabase(client, path, steps)
        assert.deepEqual(
          verdicts,
          path.slice(1).map(() => false),
        )
      })
      await fc.assert(property, { numRuns: 300, seed: 7 })
    })
  })
})

/** What a run of events through these states is: stored, or refused before it gets to the database or there. */
const statuses = (path: readonly TaskState[]) => path.map((to): TaskEvent => ({ kind: 'status', state: to }))

function isPlannable(path: readonly TaskState[]): boolean {
  try {
    planEvents(statuses(path), 'tester')
    return true
  } catch {
    return false
  }
}

test('a plan goes through exactly the states that the machine allows', () => {
  const property = fc.property(fc.array(fc.oneof(longLived, state), { minLength: 1, maxLength: 12 }), path => {
    assert.equal(isPlannable(path), walkInMachine(path).every(Boolean))
  })
  fc.assert(property, { numRuns: 2000, seed: 7 })
})

test('changeTask, asked for any state from any state, does what the machine says', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const tenantId = await addTenant(store, 'alpha')
  for (const [from, to] of pairs) {
    const created: TaskEvent = { kind: 'created' }
    const start = from === 'submitted' ? [created] : [created, ...statuses([from])]
    const task = markedTask('mark', { id: newId(), request: null, plan: planEvents(start, 'tester') })
    await store.write(tenantId, tx => insertTasks(tx, tenantId, [serializeTask(task)]))
    const plan = planEvents(statuses([to]), 'tester')
    const changed = await store
      .write(tenantId, tx => changeTask(tx, tenantId, { taskId: task.id, plan, from: taskStates, lease: 'keep' }))
      .then(
        row => row?.state === to,
        (error: unknown) => {
          assert.match(String(error), /a \S+ task cannot become \S+/)
          return false
        },
      )
    assert.equal(changed, canMove(from, to), `${from} → ${to}`)
  }
})
