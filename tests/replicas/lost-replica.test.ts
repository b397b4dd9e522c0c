import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import type { Client } from '@a2a-js/sdk/client'
import { testDatabase } from '@codetether/testing/test-database'
import { query, to } from '../event-log.ts'
import { faultless, findFaults } from '../journeys/history.ts'
import { until } from '../journeys/until.ts'
import { connect, dialects, nameOf, request } from '../official-client.ts'
import { skippedAttempts, staleWrites, unlikeTheLog } from './checks.ts'
import { readByClient } from './read-by-client.ts'
import { readByHand } from './read-by-hand.ts'
import { Reader } from './reader.ts'
import type { Replica } from './replica-process.ts'
import { Rig, type RigOptions } from './rig.ts'
import { framesIn, readStamped } from './stored.ts'

const owned = new AsyncDisposableStack()
after(() => owned.disposeAsync())
const database = owned.use(await testDatabase())
const agents = ['Gated', 'Heedless']
const start = (more: Partial<RigOptions> = {}) =>
  Rig.start({ database, replicas: [{ agents }, { agents }], leaseSeconds: 3, ...more })

/** A reader of a task that it starts through the load balancer. */
const readOwn = (rig: Rig, agent: string, text: string) => new Reader(readByHand(rig.url, { message: to(agent, text) }))

/** Each reader has had everything once, as it is stored, and nothing in the log is out of order. */
async function assertWhole(readers: readonly Reader[], attempts: number): Promise<void> {
  const { tasks, events } = await readStamped(database.admin)
  for (const reader of readers) {
    const task = tasks.find(({ id }) => id === reader.taskId)
    const own = events.filter(event => event.taskId === reader.taskId)
    assert.ok(task)
    assert.deepEqual(unlikeTheLog(reader.frames, framesIn(own, task.id)), [])
    assert.equal(reader.earlyEnds, 0, 'a broken stream looked like the end of the task')
    assert.deepEqual(findFaults({ acknowledged: new Map(), tasks: [task], events: own }), faultless)
    assert.deepEqual([staleWrites(own), skippedAttempts(own)], [[], []])
    assert.equal(own.filter(event => event.begins !== null).length, attempts)
    assert.equal(reader.frames.at(-1)?.kind, 'completed')
  }
}

/** A task whose agent waits. */
interface ReadTask {
  text: string
  runs: Replica
  readers: Reader[]
}

const readersOf = (tasks: readonly ReadTask[]) => tasks.flatMap(({ readers }) => readers)

/** Readers that came back meanwhile would take the turns of others. */
const patienceMs = 60_000

/** Starts one with three readers: on the replica that runs it, on the other one, and on the first one again. */
async function startRead(rig: Rig, client: Client, text: string): Promise<ReadTask> {
  const isThere = (reader: Reader) => until(`readers of "${text}"`, async () => reader.frames.length === 5)
  const first = new Reader(readByClient(client, { message: request(text, { agent: 'Gated' }) }), patienceMs)
  await isThere(first)
  const [runs] = await rig.whoRuns(text)
  assert.equal(rig.front.balancer.last, runs)
  const readers = [first]
  // One by one: each is the only call that the load balancer hands to the next replica.
  for (const { taskId = '' } of [first, first]) {
    const reader = new Reader(readByClient(client, { taskId }), patienceMs)
    await isThere(reader)
    readers.push(reader)
  }
  return { text, runs, readers }
}

test('a replica is killed in the middle of streams of every door: the other one finishes, no reader misses or repeats anything', async () => {
  await using rig = await start({ grpc: true })
  const [killed, other] = [rig.at(0), rig.at(1)]
  const started: ReadTask[] = []
  for (const dialect of dialects) {
    const client = await connect(rig.url, dialect)
    for (const n of [1, 2]) started.push(await startRead(rig, client, `${n}, ${nameOf(dialect)}`))
  }
  const [lost, kept] = [killed, other].map(replica => started.filter(({ runs }) => runs === replica))
  assert.ok(lost && kept)
  assert.deepEqual([lost.length, kept.length], [dialects.length, dialects.length])
  await killed.kill()
  for (const { text } of lost) await other.told('waits', text)
  for (const { text } of started) other.open(text)
  await Promise.all(readersOf(started).map(({ done }) => done))
  await assertWhole(readersOf(lost), 2)
  await assertWhole(readersOf(kept), 1)
})

test('a replica that was stopped beyond its lease is refused when it goes on, and its task is finished once', async () => {
  await using rig = await start()
  const reader = readOwn(rig, 'Heedless', 'paused')
  const [runs, other] = await rig.whoRuns('paused')
  runs.pause()
  reader.cut()
  await other.told('waits', 'paused')
  // It wakes up in the middle of the other one's run and writes what it was about to write.
  runs.resume()
  runs.open('paused')
  await runs.told('is refused', 'paused')
  other.open('paused')
  await reader.done
  await assertWhole([reader], 2)
})

test('a replica that was stopped beyond its lease finds its task ended by another one', async () => {
  await using rig = await start()
  const reader = readOwn(rig, 'Heedless', 'too late')
  const [runs, other] = await rig.whoRuns('too late')
  runs.pause()
  reader.cut()
  await other.told('waits', 'too late')
  other.open('too late')
  await other.told('ended', 'too late')
  runs.resume()
  runs.open('too late')
  await runs.told('is refused', 'too late')
  await reader.done
  await assertWhole([reader], 2)
})

test('a lease that has not run out is left alone, however long its agent is silent', async () => {
  await using rig = await start()
  const reader = readOwn(rig, 'Gated', 'silent')
  const [runs] = await rig.whoRuns('silent')
  const since = async () => {
    const [row] = await query<{ ok: boolean }>(
      database,
      `select lease_until > status_at + interval '6 seconds' as ok from tasks where id = $1`,
      [reader.taskId],
    )
    return row?.ok
  }
  // Renewed again and again: the lease is at least twice as old as it may become without.
  await until('the lease to be renewed', since)
  runs.open('silent')
  await reader.done
  await assertWhole([reader], 1)
})
