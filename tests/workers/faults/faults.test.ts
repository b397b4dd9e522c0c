import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import test from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { countUnfinished, faultless, findFaults } from '../../journeys/history.ts'
import { Random } from '../../journeys/random.ts'
import { until } from '../../journeys/until.ts'
import { skippedAttempts, staleWrites, unlikeTheLog } from '../../replicas/checks.ts'
import { Nemesis, planFaults } from '../../replicas/nemesis.ts'
import { startOwnPostgres } from '../../replicas/own-postgres.ts'
import { Reader } from '../../replicas/reader.ts'
import { Rig } from '../../replicas/rig.ts'
import { type Assignment, assignmentOf } from './assignment.ts'
import { foreignWrites, wrongOutput } from './checks.ts'
import { Crew, planCrewFaults } from './crew.ts'
import { handInAll } from './hand-in.ts'
import { readOutput } from './read-output.ts'
import { framesOf, lastEndAfter, readWork } from './stored-work.ts'

const count = 5_000
const leaseMs = 5_000
const replicas = 2
/** Behind the last fault, beside the lease. */
const graceMs = 2_000
const places = [
  ['--runtime', 'echo', '--capabilities', 'echo', '--max-concurrent-tasks', '40'],
  ['--runtime', 'echo', '--capabilities', 'echo', '--max-concurrent-tasks', '40'],
  ['--command', 'sh -s', '--capabilities', 'shell', '--max-concurrent-tasks', '12'],
  ['--command', 'sh -s', '--capabilities', 'shell', '--max-concurrent-tasks', '12'],
]

/** Same seed, same plan of faults: set it to repeat a run. */
const seed = Number(process.env.CODETETHER_FAULT_SEED ?? randomInt(2 ** 31))

type Blow = { on: 'workers'; plan: ReturnType<typeof planCrewFaults>[number] } | OnServers
type OnServers = { on: 'servers'; plan: ReturnType<typeof planFaults>[number] }

/** Faults of workers, servers and the database in an order that follows from the seed. */
function planBlows(random: Random): Blow[] {
  const crew = planCrewFaults(random, { kill: 6, pause: 3 }, { places: places.length, leaseMs })
  const servers = planFaults(random, { kill: 3, pause: 1, crash: 2, terminate: 1 }, replicas)
  const blows: Blow[] = [
    ...crew.map((plan): Blow => ({ on: 'workers', plan })),
    ...servers.map((plan): Blow => ({ on: 'servers', plan: { ...plan, meanwhile: null } })),
  ]
  return blows
    .map(blow => ({ blow, place: random.between(0, 1_000_000) }))
    .sort((one, other) => one.place - other.place)
    .map(({ blow }) => blow)
}

const title = `5,000 tasks of workers are each done once through kills, pauses and crashes (seed ${seed})`
test(title, { timeout: 170_000 }, async t => {
  const blows = planBlows(new Random(seed))
  await using directory = await temporaryDirectory()
  await using postgres = await startOwnPostgres()
  const env = { CODETETHER_WORKER_LEASE_SECONDS: String(leaseMs / 1000) }
  const plans = Array(replicas).fill({ agents: [] })
  await using rig = await Rig.start({ database: postgres, replicas: plans, leaseSeconds: 2, env })
  await using nemesis = new Nemesis({ rig, postgres, replicas, leaseMs })
  await using crew = await Crew.start({ url: rig.url, directory: directory.path, places })

  const assignments = new Map<string, Assignment>()
  const readers = new Map<string, Reader>()
  const onTaken = (assignment: Assignment, id: string) => {
    assignments.set(id, assignment)
    if (assignment.kind === 'shell' && readers.size * 60 < assignments.size)
      readers.set(id, new Reader(readOutput(rig.url, id)))
  }
  const all = Array.from({ length: count }, (_, n) => assignmentOf(n))
  const begun = Date.now()
  const portion = Math.ceil(count / (blows.length + 1))
  const handInSome = () => handInAll(rig.url, all.splice(0, portion), onTaken)
  for (const blow of blows) {
    const inflicted = blow.on === 'workers' ? crew.inflict(blow.plan) : nemesis.inflict(blow.plan)
    await Promise.all([handInSome(), inflicted])
    for (const reader of readers.values()) reader.cut()
  }
  const last = Date.now()
  // What comes after the last fault shows that everything works again.
  await handInSome()
  await until('all tasks to end', async () => (await countUnfinished(postgres.admin)) === 0, 40_000)
  const afterwards = await lastEndAfter(postgres.admin, last)
  await Promise.all([...readers.values()].map(reader => reader.done))

  const { tasks, events } = await readWork(postgres.admin)
  const acknowledged = new Map([...assignments].map(([id, { key }]) => [key, id]))
  assert.equal(tasks.length, count)
  assert.deepEqual(findFaults({ acknowledged, tasks, events }), faultless)
  assert.deepEqual([staleWrites(events), skippedAttempts(events), foreignWrites(events)], [[], [], []])
  assert.deepEqual(wrongOutput(assignments, events), [])
  const byTask = Map.groupBy(events, ({ taskId }) => taskId)
  const misread = [...readers].flatMap(([id, { frames }]) => unlikeTheLog(frames, framesOf(byTask.get(id) ?? [])))
  assert.deepEqual(misread, [])
  assert.deepEqual([...readers.values()].map(({ earlyEnds }) => earlyEnds).filter(Boolean), [])
  assert.deepEqual(
    events.filter(({ kind, state }) => kind === 'status' && state === 'failed'),
    [],
  )
  assert.deepEqual(crew.ended(), [])
  const recovered = events.filter(({ begins }) => begins !== null && begins > 1).length
  t.diagnostic(
    `${blows.length} faults in ${last - begun} ms, ${recovered} further attempts, ${readers.size} readers, ` +
      `what they met was over ${Math.round(afterwards)} ms after the last one`,
  )
  assert.ok(recovered > 0, 'no fault has hit a running task: the test shows nothing')
  assert.ok(afterwards < leaseMs + graceMs, `the last task ended ${afterwards} ms after the last fault`)
})
