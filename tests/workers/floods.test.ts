import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { assertSoundLog } from '../event-log.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { outputOf, startRunner, textOf, whenTask } from './runner.ts'
import { createTask, registerWorker } from './worker-calls.ts'

const bulk = 10_000_000
const capability = 'by hand'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

async function taken() {
  const { url } = platform
  const worker = await registerWorker(url, { capabilities: [capability] })
  await createTask(url, { required_capabilities: [capability] })
  const [task] = await worker.claim()
  assert.ok(task)
  const { task_id, attempt, lease_token } = task
  const report = (worker_seq: number, more: object) =>
    worker.call('/v1/worker/tasks/report', { reports: [{ task_id, attempt, lease_token, worker_seq, ...more }] })
  return { task, report }
}

test('a report of 10 MB or of 10,000 chunks is refused by name, and the task goes on', async () => {
  const { task, report } = await taken()
  const tooLong = await report(1, { output: [{ text: 'x'.repeat(bulk) }] })
  assert.deepEqual([tooLong.status, tooLong.body.error?.details?.[0]?.reason], [413, 'TOO_LARGE'])
  const tooMany = await report(1, { output: Array.from({ length: 10_000 }, (_, n) => ({ text: `${n} ` })) })
  assert.deepEqual([tooMany.status, tooMany.body.error?.details?.[0]?.reason], [400, 'INVALID_PARAMS'])
  const { body } = await report(1, { output: [{ text: 'well' }], finish: { status: 'completed' } })
  assert.deepEqual([body.results[0].ok, body.results[0].state], [true, 'completed'])
  assert.equal(await textOf(platform.url, task.task_id), 'well')
})

test('10,000 chunks within a second are taken in their order, or put off', async () => {
  const { task, report } = await taken()
  const size = limits.outputChunks
  for (let sent = 0; sent < 10_000; sent += size) {
    const output = Array.from({ length: size }, (_, n) => ({ text: `${sent + n} ` }))
    const { status, body } = await report(sent / size + 1, { output })
    assert.equal(status, 200, JSON.stringify(body))
  }
  await report(10_000 / size + 1, { finish: { status: 'completed' } })
  const chunks = await outputOf(platform.url, task.task_id)
  assert.equal(
    chunks.map(({ content }) => content).join(''),
    Array.from({ length: 10_000 }, (_, n) => `${n} `).join(''),
  )
  await assertSoundLog(platform.database, task.task_id)
})

test('a command that writes 10 MB at once, or 10,000 lines one by one, is slowed and loses nothing', async () => {
  const { url, database } = platform
  await using _runner = await startRunner(['--command', 'sh -s'], { url })
  const once = await createTask(url, { prompt: `head -c ${bulk} /dev/zero | tr '\\0' x` })
  const lines = await createTask(url, { prompt: 'i=0; while [ $i -lt 10000 ]; do echo $i; i=$((i+1)); done' })
  for (const id of [once, lines]) await whenTask(url, id, 'completed', 60_000)
  assert.equal((await textOf(url, once)).length, bulk)
  assert.equal(await textOf(url, lines), Array.from({ length: 10_000 }, (_, n) => `${n}\n`).join(''))
  for (const id of [once, lines]) await assertSoundLog(database, id)
})
