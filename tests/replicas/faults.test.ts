import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import test from 'node:test'
import type { Client } from '@a2a-js/sdk/client'
import { withConnection } from '@codetether/server/db/connect'
import { countUnfinished, faultless, findFaults } from '../journeys/history.ts'
import { Random } from '../journeys/random.ts'
import { until } from '../journeys/until.ts'
import { connect, dialects, request } from '../official-client.ts'
import { skippedAttempts, staleWrites, unlikeTheLog } from './checks.ts'
import type { Submission } from './clients.ts'
import { Nemesis, planFaults } from './nemesis.ts'
import { type OwnPostgres, startOwnPostgres } from './own-postgres.ts'
import { readByClient } from './read-by-client.ts'
import { Rig } from './rig.ts'
import { framesIn, readStamped } from './stored.ts'
import { agents, Workload } from './workload.ts'

const submissions = 5_000
const replicas = 3
const leaseSeconds = 2
const counts = { kill: 5, pause: 5, crash: 4, terminate: 3 }

/** Same seed, same plan of faults: set it to repeat a run. */
const seed = Number(process.env.CODETETHER_FAULT_SEED ?? randomInt(2 ** 31))

/** What the tasks that did not come to a good end say about it. */
const failuresIn = ({ admin }: OwnPostgres): Promise<string[]> =>
  withConnection(admin, async client => {
    const { rows } = await client.query<{ reason: string }>(
      `select status_message #>> '{parts,0,text}' as reason from tasks where state <> 'completed'`,
    )
    return rows.map(({ reason }) => reason)
  })

/** Readers take turns with the dialects. */
const readBy = (clients: readonly Client[]) => (submission: Submission, n: number) => {
  const client = clients[n % clients.length]
  assert.ok(client)
  return readByClient(client, { message: request(submission.messageId, submission) })
}

const title = `5,000 tasks through kills, pauses and crashes of the database are each done once (seed ${seed})`
test(title, { timeout: 170_000 }, async t => {
  const faults = planFaults(new Random(seed), counts, replicas)
  await using postgres = await startOwnPostgres()
  const plan = { agents: [...new Set(agents)] }
  await using rig = await Rig.start({
    database: postgres,
    replicas: Array(replicas).fill(plan),
    leaseSeconds,
    grpc: true,
  })
  const clients = await Promise.all(dialects.map(dialect => connect(rig.url, dialect)))
  await using nemesis = new Nemesis({ rig, postgres, replicas, leaseMs: leaseSeconds * 1000 })
  const workload = new Workload({
    url: rig.url,
    submissions,
    read: readBy(clients),
    disturbances: faults.map(fault => () => nemesis.inflict(fault)),
  })
  await workload.run()
  await workload.runAfterwards()
  await until('all tasks to end', async () => (await countUnfinished(postgres.admin)) === 0, 40_000)

  const { tasks, events } = await readStamped(postgres.admin)
  assert.deepEqual(findFaults({ acknowledged: workload.acknowledged, tasks, events }), faultless)
  assert.deepEqual([staleWrites(events), skippedAttempts(events)], [[], []])
  assert.equal(tasks.length, submissions + agents.length)
  assert.deepEqual(
    workload.readers.flatMap(({ frames, taskId }) => unlikeTheLog(frames, framesIn(events, taskId))),
    [],
  )
  assert.deepEqual([...new Set(workload.readers.map(reader => reader.earlyEnds))], [0])
  const recovered = events.filter(({ begins }) => begins !== null && begins > 1).length
  const refused = rig.reports().filter(({ moment }) => moment === 'is refused').length
  t.diagnostic(`${recovered} further attempts, ${refused} runs refused`)
  assert.ok(recovered > 0, 'no fault has hit a running task: the test shows nothing')
  assert.deepEqual(await failuresIn(postgres), [])
})
