import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { waitUntil } from '@codetether/testing/wait-until'
import { assertSoundLog } from '../event-log.ts'
import { endOf } from '../journeys/server-process.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { startRunner, textOf, whenTask } from './runner.ts'
import { call, createTask, getTask } from './worker-calls.ts'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

const shell = ['--command', 'sh -s']

test('a worker that is asked to stop takes nothing new and lets its tasks end', async () => {
  const { url } = platform
  await using directory = await temporaryDirectory()
  await using runner = await startRunner(shell, { url })
  const go = join(directory.path, 'go')
  const id = await createTask(url, { prompt: `echo on; until [ -e ${go} ]; do sleep 0.05; done; echo off` })
  await waitUntil('it runs', async () => (await textOf(url, id)) !== '')
  runner.program.child.kill('SIGTERM')
  await waitUntil('it is stopping', () => runner.program.output().includes('stopping: no more tasks'))
  const late = await createTask(url, { prompt: 'echo late', target_worker_id: runner.id })
  await writeFile(go, '')
  assert.equal((await endOf(runner.program)).code, 0)
  assert.equal((await getTask(url, id)).result, 'on\noff')
  assert.equal((await getTask(url, late)).status, 'pending')
  await call(url, `/v1/agent/tasks/${late}/cancel`, { method: 'POST' })
})

test('what has not ended when the time to drain is over goes back, with what it has put out', async () => {
  const { url, database } = platform
  await using runner = await startRunner([...shell, '--drain-seconds', '1'], { url })
  const id = await createTask(url, { prompt: 'trap "echo bye; exit 1" TERM; echo on; sleep 600 & wait' })
  await waitUntil('it runs', async () => (await textOf(url, id)) !== '')
  assert.equal((await runner.program.end('SIGTERM')).code, 0)
  const task = await getTask(url, id)
  assert.deepEqual([task.status, task.attempt], ['pending', 1])
  assert.equal(await textOf(url, id), 'on\nbye\n')
  await assertSoundLog(database, id)
  await call(url, `/v1/agent/tasks/${id}/cancel`, { method: 'POST' })
})

test('a second signal ends it at once', async () => {
  const { url } = platform
  await using runner = await startRunner([...shell, '--drain-seconds', '600'], { url })
  const id = await createTask(url, { prompt: 'trap "" TERM; echo on; sleep 600' })
  await waitUntil('it runs', async () => (await textOf(url, id)) !== '')
  runner.program.child.kill('SIGTERM')
  await waitUntil('it is stopping', () => runner.program.output().includes('stopping: no more tasks'))
  assert.equal((await runner.program.end('SIGTERM', 10_000)).code, 0)
  assert.equal((await getTask(url, id)).status, 'pending')
  await call(url, `/v1/agent/tasks/${id}/cancel`, { method: 'POST' })
})

test('a worker that waits is gone when it is asked to, and forgotten if it was told so', async () => {
  const { url } = platform
  await using stays = await startRunner(shell, { url })
  assert.equal((await stays.program.end('SIGTERM', 10_000)).code, 0)
  // It is known, and counts as there no more.
  assert.equal((await call(url, `/v1/agent/workers/${stays.id}`)).body.status, 'draining')
  await using goes = await startRunner([...shell, '--unregister-on-exit'], { url })
  assert.equal((await goes.program.end('SIGINT', 10_000)).code, 0)
  assert.equal((await call(url, `/v1/agent/workers/${goes.id}`)).status, 404)
})

test('a server that is replaced is found again, and its tasks go on', async () => {
  await using first = await startPlatform()
  const { port } = new URL(first.url)
  await using runner = await startRunner(shell, { url: first.url })
  await using directory = await temporaryDirectory()
  const go = join(directory.path, 'go')
  const id = await createTask(first.url, { prompt: `echo on; until [ -e ${go} ]; do sleep 0.05; done; echo off` })
  await waitUntil('it runs', async () => (await textOf(first.url, id)) !== '')
  await first.server[Symbol.asyncDispose]()
  await writeFile(go, '')
  await using second = await startPlatform({ database: first.database, env: { A2A_PORT: port } })
  const task = await whenTask(second.url, id, 'completed', 40_000)
  assert.deepEqual([task.attempt, task.result, task.worker_id], [1, 'on\noff', runner.id])
})
