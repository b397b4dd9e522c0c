import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { TaskState } from '@a2a-js/sdk'
import { testDatabase } from '@codetether/testing/test-database'
import { query, soon, to } from '../event-log.ts'
import { faultless, findFaults } from '../journeys/history.ts'
import { until } from '../journeys/until.ts'
import { connect, dialects, nameOf, request, send, tenant } from '../official-client.ts'
import { rpc } from '../platform.ts'
import { Rig } from './rig.ts'
import { readStamped } from './stored.ts'

const owned = new AsyncDisposableStack()
after(() => owned.disposeAsync())
const database = owned.use(await testDatabase())
const replicas = [{ agents: ['Gated'] }, { agents: ['Gated'] }]

/** Starts a task on the first replica. */
async function start(rig: Rig, text: string): Promise<string> {
  const { result } = await rpc(rig.at(0).url, { method: 'message/send', params: soon(to('Gated', text)) })
  await rig.at(0).told('waits', text)
  return result.id
}

test('a cancellation on one replica stops the agent on another one, long before it renews its lease', async t => {
  await using rig = await Rig.start({ database, replicas, leaseSeconds: 60, grpc: true })
  for (const dialect of dialects)
    await t.test(nameOf(dialect), async () => {
      const client = await connect(rig.url, dialect)
      const text = `canceled, ${nameOf(dialect)}`
      const { id } = await send(client, request(text, { agent: 'Gated', returnImmediately: true }))
      const [runs] = await rig.whoRuns(text)
      const canceled = await client.cancelTask({ tenant, id, metadata: undefined })
      assert.notEqual(rig.front.balancer.last, runs)
      assert.equal(canceled.status?.state, TaskState.TASK_STATE_CANCELED)
      await runs.told('is told to stop', text, 5_000)
    })
})

test('an agent is stopped though the replicas could not tell each other that its task is canceled', async () => {
  await using rig = await Rig.start({ database, replicas, leaseSeconds: 2 })
  const id = await start(rig, 'lost hint')
  const canceled = until('the cancellation', async () => {
    // The sessions that listen are gone when the task is canceled, and what is said meanwhile is lost.
    await query(
      database,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    )
    const { result, error } = await rpc(rig.at(1).url, { method: 'tasks/cancel', params: { id } })
    return result?.status.state === 'canceled' || error.code === -32002
  })
  await canceled
  await rig.at(0).told('is told to stop', 'lost hint')
})

test('of a cancellation and an ending that race on two replicas one wins, and the caller is told which', async () => {
  await using rig = await Rig.start({
    database,
    replicas: [{ agents: ['Steps'] }, { agents: ['Steps'] }],
    leaseSeconds: 60,
  })
  const race = async (n: number) => {
    const { result } = await rpc(rig.at(n % 2).url, { method: 'message/send', params: soon(to('Steps', `race ${n}`)) })
    const canceled = await rpc(rig.at((n + 1) % 2).url, { method: 'tasks/cancel', params: { id: result.id } })
    return { id: result.id, told: canceled.result?.status.state ?? canceled.error.code }
  }
  const told = await Promise.all(Array.from({ length: 200 }, (_, n) => race(n)))
  const { tasks, events } = await readStamped(database.admin)
  const raced = new Set(told.map(({ id }) => id))
  const own = { tasks: tasks.filter(({ id }) => raced.has(id)), events: events.filter(e => raced.has(e.taskId)) }
  assert.deepEqual(findFaults({ acknowledged: new Map(), ...own }), faultless)
  const ends = new Map(own.events.flatMap(({ taskId, state }) => (state === null ? [] : [[taskId, state]])))
  const endOf: Record<string, string> = { canceled: 'canceled', '-32002': 'completed' }
  assert.deepEqual(
    told.filter(({ id, told }) => endOf[told] !== ends.get(id)),
    [],
  )
})
