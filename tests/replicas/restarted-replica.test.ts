import assert from 'node:assert/strict'
import test from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { soon, to } from '../event-log.ts'
import { until } from '../journeys/until.ts'
import { rpc } from '../platform.ts'
import { skippedAttempts, staleWrites } from './checks.ts'
import type { Replica } from './replica-process.ts'
import { Rig } from './rig.ts'
import { readStamped } from './stored.ts'

/** No test lasts as long as these leases: whatever goes on has not waited for one to run out. */
const leaseSeconds = 600
const replica = { agents: ['Gated'] }
const texts = ['one', 'two', 'three']

async function start(at: Replica, text: string): Promise<string> {
  const { result } = await rpc(at.url, { method: 'message/send', params: soon(to('Gated', text)) })
  await at.told('waits', text)
  return result.id
}

/** Lets the tasks of the replica that is gone go on in another one, each in its second attempt. */
async function assertGoOn(at: Replica): Promise<void> {
  for (const text of texts) {
    assert.equal((await at.told('waits', text)).attempt, 2)
    at.open(text)
  }
  const ended = (text: string) => at.reports.some(r => r.text === text && r.moment === 'ended')
  await until('all runs to end', async () => texts.every(ended))
}

test('tasks of a replica that was killed go on when it starts again, long before their leases run out', async () => {
  await using database = await testDatabase()
  await using rig = await Rig.start({ database, replicas: [replica], leaseSeconds })
  for (const text of texts) await start(rig.at(0), text)
  await rig.at(0).kill()
  await assertGoOn(await rig.replace(0))
})

test('tasks of a replica that was killed go on at another one, which keeps what it runs itself', async () => {
  await using database = await testDatabase()
  await using rig = await Rig.start({ database, replicas: [replica, replica], leaseSeconds })
  const [killed, other] = [rig.at(0), rig.at(1)]
  for (const text of texts) await start(killed, text)
  const kept = await start(other, 'kept')
  await killed.kill()
  await assertGoOn(other)
  other.open('kept')
  await other.told('ended', 'kept')
  const { events } = await readStamped(database.admin)
  assert.deepEqual([staleWrites(events), skippedAttempts(events)], [[], []])
  assert.equal(events.filter(({ taskId, begins }) => taskId === kept && begins !== null).length, 1)
})
