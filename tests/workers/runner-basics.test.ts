import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { type Platform, startPlatform } from '../platform.ts'
import { type Runner, startRunner, textOf, whenTask } from './runner.ts'
import { call, createTask } from './worker-calls.ts'

let platform: Platform
let runner: Runner
const stack = new AsyncDisposableStack()
const secrets = { OWN_SECRET: 'not for commands', PASSED_API_KEY: 'passed on purpose' }

before(async () => {
  platform = stack.use(await startPlatform())
  // The prompt is the command: whoever sends tasks says what happens.
  const args = ['--command', 'sh -s', '--pass-env', 'PASSED_API_KEY', '--max-concurrent-tasks', '2']
  runner = stack.use(await startRunner(args, { url: platform.url, env: secrets }))
})
after(() => stack.disposeAsync())

test('a command runs with the prompt, and what it writes is the output and the result', async () => {
  const { url } = platform
  const id = await createTask(url, { prompt: 'echo "for $CODETETHER_TITLE"; echo note >&2', title: 'Me' })
  const task = await whenTask(url, id, 'completed')
  assert.equal(task.result, 'for Me')
  assert.equal(task.worker_id, runner.id)
  assert.equal(await textOf(url, id), 'for Me\n')
  assert.equal(await textOf(url, id, 'stderr'), 'note\n')
})

test('a command that fails tells its exit code and its last words', async () => {
  const id = await createTask(platform.url, { prompt: 'echo fine; echo "no such thing" >&2; exit 3' })
  const { error } = await whenTask(platform.url, id, 'failed')
  assert.equal(error, 'The command failed with exit code 3.\nno such thing')
})

test('exit code 75 runs the task once more', async () => {
  await using directory = await temporaryDirectory()
  const mark = join(directory.path, 'mark')
  const id = await createTask(platform.url, { prompt: `if [ -e ${mark} ]; then exit 0; fi; touch ${mark}; exit 75` })
  const task = await whenTask(platform.url, id, 'completed', 60_000)
  assert.equal(task.attempt, 2)
})

test('a command gets what it needs of the environment, and none of the secrets', async () => {
  const { url } = platform
  const id = await createTask(url, { prompt: 'env', metadata: { ticket: 7 }, priority: 3 })
  const output = await textOf(url, (await whenTask(url, id, 'completed')).id)
  const variables = new Map(output.split('\n').map(line => [line.slice(0, line.indexOf('=')), line]))
  for (const name of ['PATH', 'LANG', 'PASSED_API_KEY', 'CODETETHER_ATTEMPT', 'CODETETHER_AUTO_APPROVE'])
    assert.ok(variables.has(name), name)
  assert.equal(variables.get('CODETETHER_TASK_ID'), `CODETETHER_TASK_ID=${id}`)
  assert.equal(variables.get('CODETETHER_PROMPT'), 'CODETETHER_PROMPT=env')
  assert.equal(variables.get('CODETETHER_METADATA'), 'CODETETHER_METADATA={"ticket":7}')
  assert.ok(!variables.has('OWN_SECRET') && !variables.has('CODETETHER_TOKEN'))
  assert.ok(!output.includes(secrets.PASSED_API_KEY), 'a secret that is passed is not shown')
})

test('a prompt that is too long for a variable is on standard input whole', async () => {
  const { url } = platform
  const prompt = `printf '%s' "\${CODETETHER_PROMPT-none} "; wc -c <<'END'\n${'x'.repeat(300_000)}\nEND\n`
  const task = await whenTask(url, await createTask(url, { prompt }), 'completed')
  assert.equal(task.result, 'none 300001')
})

test('a task that takes too long is ended', async () => {
  const id = await createTask(platform.url, { prompt: 'echo begun; sleep 600', time_limit_seconds: 1 })
  const { error } = await whenTask(platform.url, id, 'failed')
  assert.equal(error, 'The time limit of 1 s has passed.')
  assert.equal(await textOf(platform.url, id), 'begun\n')
})

test('what a command leaves running ends with it', async () => {
  const prompt = 'sleep 600 & echo $!; exit 0'
  const { result } = await whenTask(platform.url, await createTask(platform.url, { prompt }), 'completed')
  assert.throws(() => process.kill(Number(result), 0), { code: 'ESRCH' })
})

test('a message that comes while a task runs is its next turn', async () => {
  const { url } = platform
  const id = await createTask(url, { prompt: 'echo first; sleep 1' })
  await whenTask(url, id, 'running')
  const next = {
    messageId: crypto.randomUUID(),
    role: 'user',
    kind: 'message',
    taskId: id,
    parts: [{ kind: 'text', text: 'echo second' }],
  }
  const { error } = await platform.rpc('message/send', { message: next, configuration: { blocking: false } })
  assert.equal(error, undefined)
  const task = await whenTask(url, id, 'completed')
  assert.equal(task.result, 'second')
  assert.equal(await textOf(url, id), 'first\nsecond\n')
})

test('a task of a codebase runs in its directory', async () => {
  const { url } = platform
  await using directory = await temporaryDirectory()
  await writeFile(join(directory.path, 'here'), '')
  await using owner = await startRunner(['--command', 'pwd; ls', '--codebases', `app:${directory.path}`], { url })
  const { body } = await call(url, `/v1/agent/workers/${owner.id}`)
  const id = await createTask(url, { codebase_id: body.codebases[0] })
  const task = await whenTask(url, id, 'completed')
  assert.deepEqual([task.worker_id, task.result], [owner.id, `${directory.path}\nhere`])
  assert.equal(body.global, false)
})

test('echo answers with the prompt', async () => {
  const { url } = platform
  await using echo = await startRunner(['--runtime', 'echo', '--capabilities', 'echo', '--name', 'Echo'], { url })
  const id = await createTask(url, { prompt: 'Hello', required_capabilities: ['echo'] })
  const task = await whenTask(url, id, 'completed')
  assert.deepEqual([task.worker_id, task.result], [echo.id, 'Hello'])
  assert.equal(await textOf(url, id, 'agent'), 'Hello')
})
