import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { waitUntil } from '@codetether/testing/wait-until'
import { endOf, runNode, workspace } from '../journeys/server-process.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { codetether, startRunner } from './runner.ts'
import { call } from './worker-calls.ts'

const token = 'the-token-of-alice-who-may-do-all'
const ops = 'the-token-of-ops-who-serves-all'
const headers = { authorization: `Bearer ${token}` }
const env = { CODETETHER_TOKEN: token }

let platform: Platform
before(async () => {
  platform = await startPlatform({
    env: {
      A2A_AUTH_TOKENS: `alice:${token},bob:the-token-of-bob-who-may-do-all,ops:${ops}`,
      A2A_WORKER_GRANTS: 'ops:agent=*',
    },
  })
})
after(() => platform[Symbol.asyncDispose]())

const worker = (args: readonly string[], more: Record<string, string>) =>
  runNode([codetether, 'worker', '--server', platform.url, ...args], { cwd: workspace, env: more })

test('a worker whose user is not known ends, and says what to do', async () => {
  await using directory = await temporaryDirectory()
  const args = ['--runtime', 'echo', '--data-dir', directory.path]
  for (const given of [{}, { CODETETHER_TOKEN: 'wrong' }]) {
    await using program = worker(args, given)
    const { code } = await endOf(program)
    assert.equal(code, 4, program.output())
    assert.match(program.output(), /does not accept the token: give one of its A2A_AUTH_TOKENS in CODETETHER_TOKEN/)
  }
})

test('a worker keeps a token of its own to itself, and shows the one of its user to no command', async () => {
  const { url } = platform
  await using runner = await startRunner(['--command', 'env; cat'], { url, env })
  const path = join(runner.dataDir, 'worker.json')
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  const own: string = JSON.parse(await readFile(path, 'utf8')).token
  const prompt = `${own} ${token}`
  const created = await call(url, '/v1/agent/tasks', { method: 'POST', body: { prompt }, headers })
  const { result } = await waitUntil('the task is done', async () => {
    const { body } = await call(url, `/v1/agent/tasks/${created.body.task_id}`, { headers })
    return body.status === 'completed' ? body : null
  })
  assert.ok(!result.includes('CODETETHER_TOKEN') && !result.includes(own) && !result.includes(token), result)
  assert.ok(result.endsWith('•••• ••••'))
  assert.ok(!runner.program.output().includes(own) && !runner.program.output().includes(token))
  await using status = worker(['status', '--data-dir', runner.dataDir, '--json'], env)
  assert.equal((await endOf(status)).code, 0)
  const document = JSON.parse(status.output())
  assert.deepEqual([document.worker.worker_id, document.process], [runner.id, runner.program.pid])
  await using doctor = worker(['doctor', '--data-dir', runner.dataDir, '--command', 'cat'], env)
  assert.equal((await endOf(doctor)).code, 0, doctor.output())
})

test('the id of a worker belongs to whoever has registered it', async () => {
  await using runner = await startRunner(['--runtime', 'echo'], { url: platform.url, env })
  await using directory = await temporaryDirectory()
  const args = ['--runtime', 'echo', '--data-dir', directory.path, '--worker-id', runner.id]
  await using program = worker(args, { CODETETHER_TOKEN: 'the-token-of-bob-who-may-do-all' })
  assert.equal((await endOf(program)).code, 4)
  assert.match(program.output(), /belongs to somebody else\nhint: take another id with --worker-id/)
})

test('a worker says whom it serves, when it starts and when it starts again', async () => {
  const { url } = platform
  await using directory = await temporaryDirectory()
  // The second time with the token of its own.
  for (const given of [env, {}]) {
    await using runner = await startRunner(['--runtime', 'echo'], { url, env: given, dataDir: directory.path })
    const said = /"hint":"A2A_WORKER_GRANTS [^\n]*takes tasks only of whoever has registered it/
    assert.match(runner.program.output(), said)
  }
  const granted = { CODETETHER_TOKEN: ops }
  await using shared = await startRunner(['--runtime', 'echo'], { url, env: granted })
  assert.match(shared.program.output(), /takes tasks of everybody/)
  await using status = worker(['status', '--data-dir', shared.dataDir], granted)
  assert.equal((await endOf(status)).code, 0)
  assert.match(status.output(), /serves {3}everybody/)
  await using own = await startRunner(['--runtime', 'echo', '--private'], { url, env: granted })
  assert.match(own.program.output(), /takes tasks only of whoever has registered it/)
  assert.doesNotMatch(own.program.output(), /A2A_WORKER_GRANTS/)
})

test('a worker that may not be for everybody what it wants to be says what to do', async () => {
  await using directory = await temporaryDirectory()
  const args = ['--runtime', 'echo', '--data-dir', directory.path, '--capabilities', 'payroll']
  await using program = worker(args, { CODETETHER_TOKEN: ops })
  assert.equal((await endOf(program)).code, 4)
  assert.match(program.output(), /may not be this: capability payroll\nhint: .*A2A_WORKER_GRANTS.*--private/)
})
