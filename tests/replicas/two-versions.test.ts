import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { type TestDatabase, testDatabase } from '@codetether/testing/test-database'
import { soon, to } from '../event-log.ts'
import { countUnfinished, faultless, findFaults } from '../journeys/history.ts'
import { until } from '../journeys/until.ts'
import { rpc } from '../platform.ts'
import { skippedAttempts, staleWrites, unlikeTheLog } from './checks.ts'
import { submit } from './clients.ts'
import { extractPreviousRelease, whyUnavailable } from './previous-release.ts'
import { readByHand } from './read-by-hand.ts'
import { Reader } from './reader.ts'
import type { Replica } from './replica-process.ts'
import { Rig } from './rig.ts'
import { framesIn, readStamped } from './stored.ts'

// The previous release and this one serve one database, which this one has migrated: what happens during every update.

const leaseSeconds = 2
const agents = ['Gated', 'Heedless', 'Collector', 'Pure', 'Steps']
const [previous, current] = [0, 1]

const owned = new AsyncDisposableStack()
after(() => owned.disposeAsync())
const skip = await whyUnavailable()
const release = skip ? null : owned.use(await extractPreviousRelease(leaseSeconds))

/** A test with both of them, the previous release first. */
function testBoth(name: string, body: (rig: Rig, database: TestDatabase) => Promise<void>): void {
  test(name, { skip }, async () => {
    assert.ok(release)
    await using database = await testDatabase()
    const replicas = [{ agents, program: release.program }, { agents }]
    await using rig = await Rig.start({ database, replicas, leaseSeconds })
    await body(rig, database)
    const history = await readStamped(database.admin)
    assert.deepEqual(findFaults({ acknowledged: new Map(), ...history }), faultless)
    assert.deepEqual([staleWrites(history.events), skippedAttempts(history.events)], [[], []])
  })
}

async function startGated(replica: Replica, text: string): Promise<string> {
  const { result } = await rpc(replica.url, { method: 'message/send', params: soon(to('Gated', text)) })
  await replica.told('waits', text)
  return result.id
}

const stateOf = async (replica: Replica, id: string): Promise<string> =>
  (await rpc(replica.url, { method: 'tasks/get', params: { id } })).result.status.state

async function listed(replica: Replica): Promise<string[]> {
  const { result } = await rpc(replica.url, { method: 'tasks/list', params: { pageSize: 100 } })
  return result.tasks.map((task: { id: string }) => task.id)
}

testBoth('messages through the load balancer are answered by both, and both list all tasks', async (rig, database) => {
  const kinds = ['Pure', 'Steps']
  const submissions = Array.from({ length: 40 }, (_, n) => ({
    messageId: `message-${n}`,
    agent: kinds[n % 2] ?? '',
    blocking: n % 3 === 0,
  }))
  const ids = await Promise.all(submissions.map(submission => submit(rig.url, submission)))
  await until('all tasks to end', async () => (await countUnfinished(database.admin)) === 0)
  assert.equal(new Set(ids).size, submissions.length)
  for (const place of [previous, current]) {
    assert.deepEqual((await listed(rig.at(place))).toSorted(), ids.toSorted())
    assert.ok(rig.at(place).reports.length > 0, 'one of them has had nothing to do: the test shows nothing')
  }
  // Both know the message ids of the other one.
  const again = await Promise.all(submissions.map(submission => submit(rig.url, submission)))
  assert.deepEqual(again, ids)
})

for (const [runs, reads, name] of [
  [previous, current, 'a task of the previous release is followed to its end on this one'],
  [current, previous, 'a task of this release is followed to its end on the previous one'],
] as const)
  testBoth(name, async (rig, database) => {
    const id = await startGated(rig.at(runs), 'followed')
    const reader = new Reader(readByHand(rig.at(reads).url, { taskId: id }))
    await until('the reader to have come so far', async () => reader.frames.length === 5)
    rig.at(runs).open('followed')
    await reader.done
    const kinds = reader.frames.map(({ kind }) => kind)
    assert.deepEqual(kinds, ['task', 'working', ...Array(5).fill('artifact-update'), 'completed'])
    assert.deepEqual(unlikeTheLog(reader.frames, framesIn((await readStamped(database.admin)).events, id)), [])
  })

testBoth('a conversation goes on with whichever of them gets the next message', async rig => {
  const send = (place: number, text: string, more = {}) =>
    rpc(rig.at(place).url, { method: 'message/send', params: to('Collector', text, more) })
  const { result: task } = await send(previous, 'begin')
  const states = [task.status.state]
  for (const [place, text] of [[current, 'two'] as const, [previous, 'three'] as const, [current, 'finish'] as const]) {
    const { result } = await send(place, text, { taskId: task.id })
    states.push(result.status.state)
  }
  assert.deepEqual(states, [...Array(3).fill('input-required'), 'completed'])
  const { result } = await rpc(rig.at(previous).url, { method: 'tasks/get', params: { id: task.id } })
  assert.deepEqual(
    result.artifacts[0].parts.map((part: { text: string }) => part.text),
    ['begin', 'two', 'three', 'finish'],
  )
})

for (const [runs, cancels, name] of [
  [previous, current, 'a cancellation on this release ends a task that the previous one runs'],
  [current, previous, 'a cancellation on the previous release ends a task that this one runs'],
] as const)
  testBoth(name, async rig => {
    const params = soon(to('Heedless', 'canceled'))
    const { result } = await rpc(rig.at(runs).url, { method: 'message/send', params })
    await rig.at(runs).told('waits', 'canceled')
    const canceled = await rpc(rig.at(cancels).url, { method: 'tasks/cancel', params: { id: result.id } })
    assert.equal(canceled.result.status.state, 'canceled')
    rig.at(runs).open('canceled')
    await rig.at(runs).told('is refused', 'canceled')
    assert.equal(await stateOf(rig.at(runs), result.id), 'canceled')
  })

for (const [killed, other, name] of [
  [previous, current, 'this release takes over what the previous one ran when it was killed'],
  [current, previous, 'the previous release takes over what this one ran when it was killed'],
] as const)
  testBoth(name, async rig => {
    const id = await startGated(rig.at(killed), 'killed')
    await rig.at(killed).kill()
    const run = await rig.at(other).told('waits', 'killed')
    assert.deepEqual([run.taskId, run.attempt], [id, 2])
    rig.at(other).open('killed')
    await until('the end', async () => (await stateOf(rig.at(other), id)) === 'completed')
  })

testBoth(
  'a message to a task that the previous release runs is answered or refused, but not lost',
  async (rig, database) => {
    const taskId = await startGated(rig.at(previous), 'first')
    const params = soon(to('Gated', 'second', { taskId }))
    const { error } = await rpc(rig.at(current).url, { method: 'message/send', params })
    for (const place of [previous, current]) for (const text of ['first', 'second']) rig.at(place).open(text)
    await until('the end', async () => (await countUnfinished(database.admin)) === 0)
    const texts = rig.reports().flatMap(({ moment, text }) => (moment === 'ended' ? [text] : []))
    assert.deepEqual(texts, error ? ['first'] : ['first', 'second'])
  },
)
