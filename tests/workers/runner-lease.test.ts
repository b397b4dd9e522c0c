import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { waitUntil } from '@codetether/testing/wait-until'
import { assertSoundLog } from '../event-log.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { startRunner, textOf, whenTask } from './runner.ts'
import { startLine } from './tcp-proxy.ts'
import { createTask } from './worker-calls.ts'

// The shortest lease: what a worker loses by its death others have after it.
const env = { CODETETHER_WORKER_LEASE_SECONDS: '5' }

let platform: Platform
before(async () => {
  platform = await startPlatform({ env })
})
after(() => platform[Symbol.asyncDispose]())

const shell = ['--command', 'sh -s', '--max-concurrent-tasks', '1']
const prompt = 'echo $CODETETHER_ATTEMPT $$; [ $CODETETHER_ATTEMPT = 2 ] || sleep 600'

const isGone = (pid: number) => {
  try {
    return !process.kill(pid, 0)
  } catch {
    return true
  }
}

test('a task that outlasts its lease keeps it', async () => {
  const { url } = platform
  await using _runner = await startRunner(shell, { url })
  const task = await whenTask(url, await createTask(url, { prompt: 'sleep 8; echo done' }), 'completed', 30_000)
  assert.deepEqual([task.attempt, task.result], [1, 'done'])
})

test('the task of a worker that was killed goes on elsewhere when its lease is over', async () => {
  const { url, database } = platform
  await using killed = await startRunner(shell, { url })
  const id = await createTask(url, { prompt })
  await waitUntil('it runs', async () => (await textOf(url, id)) !== '')
  await using other = await startRunner(shell, { url })
  await killed.program.end('SIGKILL')
  const begun = performance.now()
  const task = await whenTask(url, id, 'completed', 30_000)
  assert.deepEqual([task.worker_id, task.attempt], [other.id, 2])
  assert.ok(performance.now() - begun < 10_000)
  await assertSoundLog(database, id)
})

test('a worker that is not heard ends what it runs when its lease is over, and its late words do not count', async () => {
  const { url, database } = platform
  await using line = await startLine(url)
  await using lonely = await startRunner(shell, { url: line.url })
  const id = await createTask(url, { prompt })
  const first = await waitUntil('it runs', async () => (await textOf(url, id)) || null)
  await using other = await startRunner(shell, { url })
  line.mute()
  const task = await whenTask(url, id, 'completed', 30_000)
  assert.equal(task.worker_id, other.id)
  await waitUntil('the command is gone', () => isGone(Number(first.split(/\s/)[1])))
  line.mend()
  const next = await createTask(url, { prompt: 'echo there', target_worker_id: lonely.id })
  assert.equal((await whenTask(url, next, 'completed', 60_000)).result, 'there')
  await assertSoundLog(database, id)
  assert.equal((await textOf(url, id)).split('\n').length, 3)
})

test('a worker that stood still beyond its lease loses the task, and no word of it counts', async () => {
  const { url, database } = platform
  await using frozen = await startRunner(shell, { url })
  const id = await createTask(url, { prompt })
  await waitUntil('it runs', async () => (await textOf(url, id)) !== '')
  await using other = await startRunner(shell, { url })
  process.kill(frozen.program.pid, 'SIGSTOP')
  const task = await whenTask(url, id, 'completed', 30_000)
  process.kill(frozen.program.pid, 'SIGCONT')
  assert.equal(task.worker_id, other.id)
  const next = await createTask(url, { prompt: 'echo there', target_worker_id: frozen.id })
  assert.equal((await whenTask(url, next, 'completed', 60_000)).result, 'there')
  await assertSoundLog(database, id)
})
