import assert from 'node:assert/strict'
import test from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { soon, to } from '../event-log.ts'
import { until } from '../journeys/until.ts'
import { rpc } from '../platform.ts'
import { staleWrites } from './checks.ts'
import type { Replica } from './replica-process.ts'
import { Rig } from './rig.ts'
import { readStamped } from './stored.ts'

// A test of the tests: what finds no stale write with the fence finds them without it.

const texts = Array.from({ length: 12 }, (_, n) => `paused ${n}`)

const runs = (replica: Replica, text: string, moments: readonly string[]) =>
  replica.reports.some(report => report.text === text && moments.includes(report.moment))

/** Lets all runs of a replica write what they were about to write, and waits until they were let or refused. */
async function finish(replica: Replica): Promise<void> {
  for (const text of texts) replica.open(text)
  const isOver = (text: string) => runs(replica, text, ['ended', 'is refused'])
  await until('all runs to be over', async () => texts.every(isOver))
}

/**
 * One replica runs some tasks and is stopped beyond its lease; the other one takes them over. In the middle of its runs
 * the first one goes on with its own. @returns the writes of the first one that were stored.
 */
async function writesOfThePaused(imports: readonly string[]): Promise<string[]> {
  await using database = await testDatabase()
  const replica = { agents: ['Heedless'], imports }
  await using rig = await Rig.start({ database, replicas: [replica, replica], leaseSeconds: 2 })
  const [paused, other] = [rig.at(0), rig.at(1)]
  for (const text of texts) await rpc(paused.url, { method: 'message/send', params: soon(to('Heedless', text)) })
  await until('all runs', async () => texts.every(text => runs(paused, text, ['waits'])))
  paused.pause()
  await until('all runs elsewhere', async () => texts.every(text => runs(other, text, ['waits'])))
  paused.resume()
  await finish(paused)
  await finish(other)
  return staleWrites((await readStamped(database.admin)).events)
}

test('a replica that was stopped beyond its lease writes nothing more', async () => {
  assert.deepEqual(await writesOfThePaused([]), [])
})

test('without the fence it does, and the check sees it', async () => {
  const found = await writesOfThePaused([new URL('without-fence.ts', import.meta.url).pathname])
  assert.ok(found.length >= texts.length, `only ${found.length} stale writes: ${found.join('\n')}`)
})
