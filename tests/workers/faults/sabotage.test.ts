import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { type TestDatabase, testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { query } from '../../event-log.ts'
import { staleWrites } from '../../replicas/checks.ts'
import { Rig } from '../../replicas/rig.ts'
import { type Runner, startRunner, textOf } from '../runner.ts'
import { foreignWrites } from './checks.ts'
import { handIn } from './hand-in.ts'
import { readWork } from './stored-work.ts'

// A test of the tests: what finds no stale write with the fence finds them without it.

const count = 12
const leaseSeconds = '5'

/** Says that it runs, and goes on when it may. */
const prompt = `echo "$CODETETHER_ATTEMPT:1"
until [ -e "$GATES/$CODETETHER_ATTEMPT" ]; do sleep 0.1; done
echo "$CODETETHER_ATTEMPT:2"
touch "$GATES/$CODETETHER_TASK_ID.$CODETETHER_ATTEMPT"`

const hasDropped = ({ program }: Runner): boolean => program.output().split('"task ends"').length > count

/** Resolves right behind a renewal: one that is under way while its worker stands still runs out of time, and ends what it runs. */
async function whenRenewed(database: TestDatabase): Promise<void> {
  const end = async () => (await query<{ end: Date }>(database, 'select max(lease_until) as end from tasks'))[0]?.end
  const before = await end()
  await waitUntil('the leases are renewed', async () => Number(await end()) !== Number(before))
}

/**
 * A worker runs some tasks and is stopped beyond its leases; another one takes them over. In the middle of its runs the first one goes
 * on, with commands that have ended meanwhile. @returns the writes of the first one that were stored.
 */
async function writesOfThePaused(imports: readonly string[]): Promise<string[]> {
  await using gates = await temporaryDirectory()
  await using database = await testDatabase()
  const env = { CODETETHER_WORKER_LEASE_SECONDS: leaseSeconds }
  await using rig = await Rig.start({ database, replicas: [{ agents: [], imports }], leaseSeconds: 2, env })
  const { url } = rig
  const begin = () =>
    startRunner(
      ['--command', 'sh -s', '--capabilities', 'shell', '--max-concurrent-tasks', `${count}`, '--pass-env', 'GATES'],
      { url, env: { GATES: gates.path } },
    )
  const open = (attempt: number) => writeFile(join(gates.path, String(attempt)), '')
  await using paused = await begin()
  const ids = await Promise.all(
    Array.from({ length: count }, (_, n) => handIn(url, { key: `paused-${n}`, kind: 'shell', prompt })),
  )
  const allSay = (word: string) =>
    waitUntil(`all say ${word}`, async () => {
      const texts = await Promise.all(ids.map(id => textOf(url, id)))
      return texts.every(text => text.includes(word))
    })
  await allSay('1:1')
  await using other = await begin()
  await whenRenewed(database)
  process.kill(paused.program.pid, 'SIGSTOP')
  await allSay('2:1')
  await open(1)
  await waitUntil('its commands have ended', async () => {
    const names = await readdir(gates.path)
    return ids.every(id => names.includes(`${id}.1`))
  })
  process.kill(paused.program.pid, 'SIGCONT')
  await waitUntil('the first one is through', () => hasDropped(paused))
  await open(2)
  await waitUntil('the other one is through', () => hasDropped(other))
  const { events } = await readWork(database.admin)
  return [...staleWrites(events), ...foreignWrites(events)]
}

test('a worker that was stopped beyond its leases writes nothing more', async () => {
  assert.deepEqual(await writesOfThePaused([]), [])
})

test('without the fence it does, and the checks see it', async () => {
  const found = await writesOfThePaused([new URL('../../replicas/without-fence.ts', import.meta.url).pathname])
  assert.ok(found.length >= 2 * count, `only ${found.length} stale writes: ${found.join('\n')}`)
})
