import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { query, to } from '../event-log.ts'
import { kindOf } from '../journeys/frames.ts'
import { faultless, findFaults } from '../journeys/history.ts'
import { until } from '../journeys/until.ts'
import { skippedAttempts, staleWrites, unlikeTheLog } from './checks.ts'
import { Reader } from './reader.ts'
import type { Replica } from './replica-process.ts'
import { Rig } from './rig.ts'
import { readStamped } from './stored.ts'

const owned = new AsyncDisposableStack()
after(() => owned.disposeAsync())
const database = owned.use(await testDatabase())
const agents = ['Gated', 'Heedless']
const start = () => Rig.start({ database, replicas: [{ agents }, { agents }], leaseSeconds: 3 })

/** The replica that runs the text, and the other one. */
async function whoRuns(rig: Rig, text: string): Promise<[runs: Replica, other: Replica]> {
  const [one, other] = [rig.at(0), rig.at(1)]
  const isIn = ({ reports }: Replica) => reports.some(r => r.text === text && r.moment === 'waits')
  await until(`a run for "${text}"`, async () => isIn(one) || isIn(other))
  return isIn(one) ? [one, other] : [other, one]
}

/** The reader has had everything once, as it is stored, and nothing in the log is out of order. */
async function assertWhole(reader: Reader, attempts: number): Promise<void> {
  await reader.done
  const { tasks, events } = await readStamped(database.admin)
  const task = tasks.find(({ id }) => id === reader.taskId)
  const own = events.filter(event => event.taskId === reader.taskId)
  assert.ok(task)
  const ids = reader.frames.map(frame => frame.id)
  assert.deepEqual(unlikeTheLog(ids, task.generation), [])
  assert.deepEqual(findFaults({ acknowledged: new Map(), tasks: [task], events: own }), faultless)
  assert.deepEqual([staleWrites(own), skippedAttempts(own)], [[], []])
  assert.equal(own.filter(event => event.begins !== null).length, attempts)
  assert.deepEqual(reader.frames.map(kindOf).at(-1), 'completed')
}

test('a replica is killed in the middle of a stream: another one finishes, the reader misses and repeats nothing', async () => {
  await using rig = await start()
  const reader = Reader.send(rig.url, to('Gated', 'killed'))
  const [runs, other] = await whoRuns(rig, 'killed')
  await runs.kill()
  await other.told('waits', 'killed')
  other.open('killed')
  await assertWhole(reader, 2)
})

test('a replica that was stopped beyond its lease is refused when it goes on, and its task is finished once', async () => {
  await using rig = await start()
  const reader = Reader.send(rig.url, to('Heedless', 'paused'))
  const [runs, other] = await whoRuns(rig, 'paused')
  runs.pause()
  reader.cut()
  await other.told('waits', 'paused')
  // It wakes up in the middle of the other one's run and writes what it was about to write.
  runs.resume()
  runs.open('paused')
  await runs.told('is refused', 'paused')
  other.open('paused')
  await assertWhole(reader, 2)
})

test('a replica that was stopped beyond its lease finds its task ended by another one', async () => {
  await using rig = await start()
  const reader = Reader.send(rig.url, to('Heedless', 'too late'))
  const [runs, other] = await whoRuns(rig, 'too late')
  runs.pause()
  reader.cut()
  await other.told('waits', 'too late')
  other.open('too late')
  await other.told('ended', 'too late')
  runs.resume()
  runs.open('too late')
  await runs.told('is refused', 'too late')
  await assertWhole(reader, 2)
})

test('a lease that has not run out is left alone, however long its agent is silent', async () => {
  await using rig = await start()
  const reader = Reader.send(rig.url, to('Gated', 'silent'))
  const [runs] = await whoRuns(rig, 'silent')
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
  await assertWhole(reader, 1)
})
