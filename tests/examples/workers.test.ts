import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { waitUntil } from '@codetether/testing/wait-until'
import { endOf, runNode, runProgram, workspace } from '../journeys/server-process.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { whenTask } from '../workers/runner.ts'
import { startLine } from '../workers/tcp-proxy.ts'
import { call, createTask, registerWorker } from '../workers/worker-calls.ts'

const example = (name: string): string => join(workspace, 'examples', name)

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

test('shell-worker.sh does tasks by its command', async () => {
  const { url } = platform
  await using directory = await temporaryDirectory()
  const cwd = directory.path
  await using worker = runProgram(example('shell-worker.sh'), ['--server', url], { cwd })
  const id = await createTask(url, { prompt: 'three words here', required_capabilities: ['count-words'] })
  const task = await whenTask(url, id, 'completed')
  assert.equal(task.result, '3', worker.output())
  await using follower = runNode([example('follow-output.ts'), url, id], { cwd })
  assert.equal((await endOf(follower)).code, 0, follower.output())
  assert.ok(follower.output().includes(`counting for task ${id}, attempt 1\n`))
})

test('follow-output.ts shows each piece once, also over connections that break', async () => {
  const { url } = platform
  await using line = await startLine(url)
  const worker = await registerWorker(url)
  const id = await createTask(url, { target_worker_id: worker.id })
  const [task] = await worker.claim()
  assert.ok(task)
  await using follower = runNode([example('follow-output.ts'), line.url, id], { cwd: workspace })
  const parts = ['one\n', 'two\n', 'three\n']
  for (const [index, text] of parts.entries()) {
    await worker.report(task, { output: [{ text }] })
    await waitUntil('it is shown', () => follower.output() === parts.slice(0, index + 1).join(''))
    line.mend()
  }
  line.cut()
  await worker.report(task, { output: [{ text: 'four\n' }], finish: { status: 'failed', error: 'no' } })
  line.mend()
  assert.equal((await endOf(follower)).code, 1, 'a task that failed is no success')
  assert.equal(follower.output(), 'one\ntwo\nthree\nfour\n')
})

test('follow-output.ts gives up on a task that does not exist', async () => {
  await using follower = runNode([example('follow-output.ts'), platform.url, crypto.randomUUID()], { cwd: workspace })
  assert.equal((await endOf(follower)).code, 1)
  assert.match(follower.output(), /404/)
})

test('two-workers.ts has each task done by the worker that can', async () => {
  const { url } = platform
  await using program = runNode([example('two-workers.ts'), url], { cwd: workspace })
  assert.equal((await endOf(program, 40_000)).code, 0, program.output())
  assert.equal(program.output(), 'completed by upper: QUIET\ncompleted by lower: loud\n')
  const { body } = await call(url, '/v1/agent/workers')
  const names = body.workers.map(({ name }: { name: string }) => name)
  assert.ok(!names.includes('upper') && !names.includes('lower'), 'they leave nothing behind')
})
