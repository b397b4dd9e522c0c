import assert from 'node:assert/strict'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { waitUntil } from '@codetether/testing/wait-until'
import { type Platform, startPlatform } from '../platform.ts'
import { type Runner, startRunner, whenTask } from './runner.ts'
import { call, createTask, registerWorker } from './worker-calls.ts'

const stack = new AsyncDisposableStack()
let platform: Platform
let directory: string
let root: string
let runner: Runner

before(async () => {
  platform = stack.use(await startPlatform())
  directory = stack.use(await temporaryDirectory()).path
  root = join(directory, 'code')
  await Promise.all([
    mkdir(join(root, 'early'), { recursive: true }),
    mkdir(join(directory, 'code-old/x'), { recursive: true }),
  ])
  await mkdir(join(directory, 'outside'))
  await symlink(join(directory, 'outside'), join(root, 'linked'))
  await symlink('early', join(root, 'alias'))
  await writeFile(join(root, 'file'), 'no directory')
})
after(() => stack.disposeAsync())

async function register(path: string): Promise<string> {
  const { status, body } = await call(platform.url, '/v1/agent/codebases', {
    method: 'POST',
    body: { name: 'x', path },
  })
  assert.equal(status, 201)
  return body.id
}

const get = async (id: string) => (await call(platform.url, `/v1/agent/codebases/${id}`)).body

const whenReady = (id: string) =>
  waitUntil('a worker has the codebase', async () => ((await get(id)).status === 'ready' ? get(id) : null), 30_000)

test('a worker finds codebases below its roots, before and after it has started, and runs what waits for them', async () => {
  const early = await register(join(root, 'early'))
  const waiting = await createTask(platform.url, { codebase_id: early, prompt: 'pwd' })
  runner = stack.use(await startRunner(['--roots', root, '--command', 'sh -s'], { url: platform.url }))
  const codebase = await whenReady(early)
  assert.deepEqual([codebase.worker_id, codebase.workers[0].path], [runner.id, join(root, 'early')])
  assert.equal((await whenTask(platform.url, waiting, 'completed')).result, join(root, 'early'))
  const late = await register(join(root, 'late'))
  assert.equal((await get(late)).status, 'pending')
  await mkdir(join(root, 'late'))
  await whenReady(late)
})

test('what leads out of the roots, is no directory or belongs to somebody is not taken', async () => {
  await registerWorker(platform.url, { global: false, codebases: [{ path: join(root, 'late/owned') }] })
  await mkdir(join(root, 'late/owned'))
  const { codebases } = (await call(platform.url, '/v1/agent/codebases')).body
  const owned = codebases.find((c: { path: string }) => c.path === join(root, 'late/owned'))
  const outside = await Promise.all(
    [join(root, 'linked'), join(root, 'file'), join(directory, 'code-old/x'), join(root, 'missing'), '/etc'].map(
      register,
    ),
  )
  // What is registered last is looked at in the same round or later.
  const alias = await whenReady(await register(join(root, 'alias')))
  assert.equal(alias.workers[0].path, join(root, 'early'))
  for (const id of outside) assert.equal((await get(id)).status, 'pending', (await get(id)).path)
  assert.notEqual((await get(owned.id)).worker_id, runner.id)
  assert.equal((await get(owned.id)).workers.length, 1)
})

test('a worker gets nothing that it has no root for, whatever it says', async () => {
  const worker = await registerWorker(platform.url, { roots: [join(directory, 'other')] })
  const id = await register(join(directory, 'elsewhere'))
  const found = (codebase_id: string, path: string) => worker.call('/v1/worker/codebases/found', { codebase_id, path })
  assert.deepEqual((await worker.call('/v1/worker/codebases/wanted', {})).body.codebases, [])
  assert.equal((await found(id, join(directory, 'elsewhere'))).status, 409)
  assert.equal((await found(crypto.randomUUID(), '/x')).status, 409)
  const own = await register(join(directory, 'other/app'))
  const wanted = await worker.call('/v1/worker/codebases/wanted', {})
  assert.deepEqual(wanted.body.codebases, [{ id: own, path: join(directory, 'other/app') }])
  assert.equal((await found(own, join(directory, 'other/app'))).status, 200)
  assert.equal((await found(own, join(directory, 'other/app'))).status, 409)
  assert.equal((await call(platform.url, '/v1/worker/codebases/wanted', { method: 'POST', body: {} })).status, 403)
})

test('a worker still has what it has found after a restart', async () => {
  const id = await register(join(root, 'early'))
  await runner.program.end('SIGTERM')
  const args = ['--roots', root, '--command', 'sh -s']
  runner = stack.use(await startRunner(args, { url: platform.url, dataDir: runner.dataDir }))
  const task = await createTask(platform.url, { codebase_id: id, prompt: 'pwd' })
  assert.equal((await whenTask(platform.url, task, 'completed', 30_000)).result, join(root, 'early'))
})
