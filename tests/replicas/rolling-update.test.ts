import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { countUnfinished, faultless, findFaults } from '../journeys/history.ts'
import { until } from '../journeys/until.ts'
import { skippedAttempts, staleWrites } from './checks.ts'
import { paramsOf, type Submission } from './clients.ts'
import { extractPreviousRelease, whyUnavailable } from './previous-release.ts'
import { readByHand } from './read-by-hand.ts'
import { Rig } from './rig.ts'
import { readStamped } from './stored.ts'
import { agents as mix, Workload } from './workload.ts'

const leaseSeconds = 3
const submissions = 600
const agents = [...new Set(mix)]
const places = [0, 1]

const owned = new AsyncDisposableStack()
after(() => owned.disposeAsync())
const skip = await whyUnavailable()
const release = skip ? null : owned.use(await extractPreviousRelease(leaseSeconds))

test('an installation is updated replica by replica under load, and no caller loses anything', {
  skip,
  timeout: 120_000,
}, async () => {
  assert.ok(release)
  await using database = await testDatabase()
  const previous = { agents, program: release.program }
  await using rig = await Rig.start({ database, replicas: places.map(() => previous), leaseSeconds })
  const update = async (place: number) => {
    assert.deepEqual(await rig.at(place).program.end('SIGTERM'), { code: 0, signal: null })
    await rig.replace(place, { agents })
  }
  const disturbances = places.map(place => () => update(place))
  const read = (submission: Submission) => readByHand(rig.url, { message: paramsOf(submission) })
  const workload = new Workload({ url: rig.url, submissions, read, disturbances })
  await workload.run()
  await workload.runAfterwards()
  await until('all tasks to end', async () => (await countUnfinished(database.admin)) === 0)

  const { acknowledged } = workload
  const { tasks, events } = await readStamped(database.admin)
  assert.deepEqual(findFaults({ acknowledged, tasks, events }), faultless)
  assert.deepEqual([staleWrites(events), skippedAttempts(events)], [[], []])
  assert.equal(tasks.length, submissions + mix.length)
  assert.deepEqual([...new Set(events.filter(e => e.kind === 'status').map(e => e.state))].toSorted(), [
    'completed',
    'working',
  ])
})
