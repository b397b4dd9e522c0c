import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { readLog } from '../event-log.ts'
import type { Program } from '../journeys/server-process.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { launchRunner, whenTask } from './runner.ts'
import { createTask } from './worker-calls.ts'

const attempts = 3

let platform: Platform
before(async () => {
  platform = await startPlatform({ env: { CODETETHER_WORKER_LEASE_SECONDS: '5', TASK_MAX_ATTEMPTS: String(attempts) } })
})
after(() => platform[Symbol.asyncDispose]())

/** Kills whoever has started the command, once it is known that it ran. */
const poison = (starts: string) => `
echo "$CODETETHER_ATTEMPT" >> '${starts}'
pid=$PPID
until [ "$(readlink "/proc/$pid/exe")" = '${process.execPath}' ]; do read -r _ _ _ pid _ < "/proc/$pid/stat"; done
kill -9 "$pid"
sleep 600`

/** A worker that is started again whenever it has died, as a service is. Disposing ends it. */
function serve(begin: () => Program): AsyncDisposable {
  let isOver = false
  let program = begin()
  const served = (async () => {
    for (; !isOver; program = begin()) if ((await program.exited).signal === null || isOver) return
  })()
  return {
    async [Symbol.asyncDispose]() {
      isOver = true
      await program[Symbol.asyncDispose]()
      await served
    },
  }
}

for (const [what, keepsDirectory] of [
  ['comes back as the same', true],
  ['comes back as another one', false],
] as const)
  test(`a task that kills its worker, which ${what}, begins ${attempts} times and is a dead letter then`, async () => {
    const { url, database } = platform
    await using directory = await temporaryDirectory()
    let born = 0
    const args = ['--command', 'sh -s', '--capabilities', what.replaceAll(' ', '-')]
    await using _service = serve(() => {
      born += 1
      return launchRunner(args, { url, dataDir: join(directory.path, keepsDirectory ? 'worker' : `worker-${born}`) })
    })
    const starts = join(directory.path, 'starts')
    const poisoned = { prompt: poison(starts), required_capabilities: [what.replaceAll(' ', '-')] }
    const id = await createTask(url, poisoned)
    const task = await whenTask(url, id, 'failed', 45_000)
    assert.equal(task.attempt, attempts)
    assert.ok(task.dead_letter, 'it is no dead letter')
    const next = await createTask(url, { ...poisoned, prompt: 'echo well' })
    assert.equal((await whenTask(url, next, 'completed')).result, 'well')
    assert.equal(await readFile(starts, 'utf8'), '1\n2\n3\n')
    const log = await readLog(database, id)
    assert.equal(log.filter(({ kind }) => kind === 'attempt').length, attempts)
  })
