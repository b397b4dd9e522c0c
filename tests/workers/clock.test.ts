import assert from 'node:assert/strict'
import { glob } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { findPeer } from '@codetether/testing/find-peer'
import { waitUntil } from '@codetether/testing/wait-until'
import { readLog } from '../event-log.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { startRunner, textOf, whenTask } from './runner.ts'
import { createTask, getTask } from './worker-calls.ts'

const { skip } = findPeer('faketime')
const leaseMs = 5_000
/** The sweeper looks every second. */
const graceMs = 2_000

let platform: Platform
before(async () => {
  platform = await startPlatform({ env: { CODETETHER_WORKER_LEASE_SECONDS: String(leaseMs / 1000) } })
})
after(() => platform[Symbol.asyncDispose]())

/** A clock that is wrong by that much; how long something takes is measured as ever. */
async function skewed(by: string): Promise<Record<string, string>> {
  const [library] = await Array.fromAsync(glob('/usr/lib/*/faketime/libfaketimeMT.so.1'))
  assert.ok(library, 'faketime has no library')
  return { LD_PRELOAD: library, FAKETIME: by, FAKETIME_DONT_FAKE_MONOTONIC: '1' }
}

for (const by of ['+3600s', '-3600s'])
  test(`a worker whose clock is wrong by ${by} keeps its tasks, and loses them no later than others`, {
    skip,
  }, async () => {
    const { url, database } = platform
    const capability = `clock${by.replace(/\W/g, '-')}`
    const args = ['--command', 'sh -s', '--capabilities', capability]
    await using wrong = await startRunner(args, { url, env: await skewed(by) })
    const [line = ''] = wrong.program.output().split('\n')
    assert.ok(
      Math.abs(Math.abs(Date.parse(JSON.parse(line).time) - Date.now()) - 3_600_000) < 60_000,
      `its clock is right: ${line}`,
    )
    const task = (prompt: string) => createTask(url, { prompt, required_capabilities: [capability] })
    const kept = await task(`echo begun; sleep ${(1.6 * leaseMs) / 1000}; echo done`)
    const lost = await task('echo "$CODETETHER_ATTEMPT"; [ "$CODETETHER_ATTEMPT" = 2 ] || sleep 600')
    for (const id of [kept, lost]) await waitUntil('it runs', async () => (await textOf(url, id)) !== '')
    await using right = await startRunner(args, { url })
    const done = await whenTask(url, kept, 'completed', 30_000)
    assert.deepEqual([done.attempt, done.worker_id], [1, wrong.id])
    assert.equal((await getTask(url, lost)).attempt, 1)

    await wrong.program.end('SIGKILL')
    const killedAt = Date.now()
    const taken = await whenTask(url, lost, 'completed', 30_000)
    assert.deepEqual([taken.attempt, taken.worker_id], [2, right.id])
    const log = await readLog(database, lost)
    assert.equal(log.filter(({ kind }) => kind === 'attempt').length, 2)
    // The lease was renewed a third of it ago at most.
    const waited = Date.now() - killedAt
    assert.ok(waited > leaseMs / 2 && waited < leaseMs + graceMs, `it was taken over after ${waited} ms`)
  })
