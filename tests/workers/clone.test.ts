import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { waitUntil } from '@codetether/testing/wait-until'
import { query } from '../event-log.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { type GitServer, startGitServer } from './git-server.ts'
import { type Runner, startRunner, whenTask } from './runner.ts'
import { type Answer, call, createTask, registerWorker } from './worker-calls.ts'

const token = 'glpat-hidden-hidden-hidden-1'
const shown = Buffer.from(`x-access-token:${token}`).toString('base64')

const stack = new AsyncDisposableStack()
let platform: Platform
let remote: GitServer
let clones: string
let runner: Runner

before(async () => {
  platform = stack.use(await startPlatform({ env: { CODETETHER_GIT_HOSTS: '127.0.0.1' } }))
  remote = stack.use(await startGitServer(token))
  clones = join(stack.use(await temporaryDirectory()).path, 'clones')
  // The prompt of a task is what its command runs.
  const args = ['--clones', clones, '--command', 'sh -s', '--name', 'cloner']
  runner = stack.use(await startRunner(args, { url: platform.url }))
})
after(() => stack.disposeAsync())

const post = (path: string, body: object = {}): Promise<Answer> => call(platform.url, path, { method: 'POST', body })
const get = async (id: string) => (await call(platform.url, `/v1/agent/codebases/${id}`)).body

const paths = ['/v1/agent/codebases', '/v1/agent/workspaces', '/v1/opencode/codebases', '/v1/opencode/workspaces']

async function register(repository: string, more: object = {}, path = paths[0] ?? ''): Promise<Answer['body']> {
  const given = { name: repository, git_url: `${remote.url}/${repository}.git`, ...more }
  const { status, body } = await post(path, given)
  assert.equal(status, 201, JSON.stringify(body))
  return body
}

const whenStatus = (id: string, status: string) =>
  waitUntil(`the codebase is ${status}`, async () => {
    const codebase = await get(id)
    return codebase.status === status ? codebase : null
  })

test('a worker clones a branch of a remote with a token, and then runs the tasks that wait for the codebase', async () => {
  for (const path of paths) {
    const first = await register('repo', { git_branch: 'feature/x', git_token: token }, path)
    assert.deepEqual([first.success, first.codebase_id], [true, first.workspace_id])
    assert.equal(first.pending, path === paths[0])
    const id = first.codebase_id
    const task = await createTask(platform.url, { codebase_id: id, prompt: 'cat README; git remote -v' })
    const { result } = await whenTask(platform.url, task, 'completed')
    assert.match(result, /^on feature\n/)
    const codebase = await get(id)
    assert.deepEqual([codebase.status, codebase.worker_id, codebase.error], ['ready', runner.id, null])
    assert.equal(codebase.workers[0].path, join(clones, id))
    assert.equal((await whenTask(platform.url, first.task_id, 'completed')).agent_type, 'clone_repo')
    // The same remote and branch once more is the same codebase, and nothing is to do.
    const { updated_at: _, ...again } = await get((await register('repo', { git_branch: 'feature/x' }, path)).id)
    assert.deepEqual({ ...codebase, ...again }, codebase)
  }
  assert.deepEqual(new Set(remote.shown), new Set([`Basic ${shown}`]))
})

test('the token is nowhere but in the environment of git', async () => {
  const { id } = await register('repo', { git_branch: 'main', git_token: token })
  await whenStatus(id, 'ready')
  await whenNoTokens()
  for (const table of [
    'codebases',
    'task_work',
    'task_events',
    'task_messages',
    'git_tokens',
    'tasks',
    'task_artifacts',
  ]) {
    const rows = await query(platform.database, `select x::text as row from ${table} x`)
    assert.ok(!JSON.stringify(rows).includes(token) && !JSON.stringify(rows).includes(shown), table)
  }
  const files = await readdir(join(clones, id, '.git'), { recursive: true, withFileTypes: true })
  for (const file of files.filter(entry => entry.isFile())) {
    const content = (await readFile(join(file.parentPath, file.name))).toString('latin1')
    assert.ok(!content.includes(token) && !content.includes(shown), file.name)
  }
  assert.ok(!runner.program.output().includes(token))
})

test('while the clone waits, its token is there sealed, and only for the worker that holds the task', async () => {
  const { release } = holdRemote()
  const { id, task_id } = await register('repo', { git_branch: 'held', git_token: token })
  await whenStatus(id, 'cloning')
  const rows = await query<{ sealed: Buffer }>(
    platform.database,
    `select sealed from git_tokens where codebase_id = '${id}'`,
  )
  assert.equal(rows.length, 1)
  assert.ok(!rows[0]?.sealed.includes(token))
  await waitUntil('git runs', async () => /clone/.test(await commandLines()))
  const running = await commandLines()
  assert.ok(!running.includes(token) && !running.includes(shown))
  const other = await registerWorker(platform.url)
  const [lease] = await query<{ attempt: number; token: string }>(
    platform.database,
    `select attempt, lease_token as token from tasks where id = '${task_id}'`,
  )
  const given = { task_id, attempt: lease?.attempt, lease_token: lease?.token }
  const answer = await other.call('/v1/worker/errands/git-token', given)
  assert.deepEqual([answer.status, JSON.stringify(answer.body).includes(token)], [409, false])
  assert.equal((await other.call('/v1/worker/errands/cloned', { ...given, path: '/srv' })).status, 409)
  assert.equal((await post('/v1/worker/errands/git-token', given)).status, 403)
  release()
  const failed = await whenStatus(id, 'failed')
  assert.match(failed.error, /Remote branch held not found/)
  // Nobody needs it any more.
  await whenNoTokens()
})

const whenNoTokens = () =>
  waitUntil(
    'what nobody needs is forgotten',
    async () => (await query(platform.database, 'select 1 from git_tokens')).length === 0,
    30_000,
  )

/** The arguments of every process of this machine, where that can be looked at. */
async function commandLines(): Promise<string> {
  const names = (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name))
  return (await Promise.all(names.map(name => readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')))).join('\n')
}

function holdRemote(): { release(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  remote.hold = promise
  return {
    release() {
      remote.hold = null
      resolve()
    },
  }
}

test('a clone that fails says why without secrets, and registering it again tries again', async () => {
  const wrong = 'wrong-wrong-wrong'
  const { id, task_id } = await register('repo', { git_token: wrong })
  const failed = await whenStatus(id, 'failed')
  assert.match(failed.error, /Authentication failed|terminal prompts disabled|could not read Username/)
  assert.ok(!failed.error.includes(wrong))
  const again = await register('repo', { git_token: token })
  assert.equal(again.id, id)
  assert.notEqual(again.task_id, task_id)
  assert.equal((await whenStatus(id, 'ready')).error, null)
})

test('a redirect is not followed', async () => {
  const { id } = await register('moved', { git_token: token })
  assert.match((await whenStatus(id, 'failed')).error, /302|redirect/i)
})

test('deleting a codebase ends its clone, and nothing is left of it', async () => {
  const before = await readdir(clones)
  const { release } = holdRemote()
  const { id, task_id } = await register('repo', { git_branch: 'deleted', git_token: token })
  await whenStatus(id, 'cloning')
  assert.equal((await call(platform.url, `/v1/agent/codebases/${id}`, { method: 'DELETE' })).status, 200)
  await whenTask(platform.url, task_id, 'cancelled')
  await waitUntil('the worker has tidied up', async () => {
    const now = await readdir(clones)
    return now.length === before.length
  })
  release()
  assert.deepEqual(await query(platform.database, `select 1 from git_tokens where codebase_id = '${id}'`), [])
  assert.equal(await stat(join(clones, id)).catch(() => null), null)
})

test('registering a remote many times at once is one codebase and one task', async () => {
  const { release } = holdRemote()
  const all = await Promise.all(Array.from({ length: 8 }, () => register('repo', { git_branch: 'many' })))
  release()
  assert.equal(new Set(all.map(body => body.id)).size, 1)
  const { id } = all[0]
  await whenStatus(id, 'failed')
  const tasks = (await call(platform.url, `/v1/agent/tasks?codebase_id=${id}`)).body.tasks
  assert.equal(tasks.length, 1)
})

test('a worker that was not started for it clones nothing', async () => {
  const { release } = holdRemote()
  const worker = await registerWorker(platform.url)
  const { task_id } = await register('repo', { git_branch: 'other' })
  assert.equal((await worker.call('/v1/worker/tasks/claim', { task_id })).status, 409)
  release()
})

test('a worker knows its clones after a restart', async () => {
  const { id } = await register('repo', { git_branch: 'main' })
  await runner.program.end('SIGTERM')
  const args = ['--clones', clones, '--command', 'sh -s', '--name', 'cloner']
  runner = stack.use(await startRunner(args, { url: platform.url, dataDir: runner.dataDir }))
  const task = await createTask(platform.url, { codebase_id: id, prompt: 'cat README' })
  assert.equal((await whenTask(platform.url, task, 'completed')).result, 'on main')
})

const refused: [what: string, body: object][] = [
  ['a host that is not listed', { git_url: 'https://git.example.org/x.git' }],
  ['plain http to another machine', { git_url: 'http://github.com/x/y.git' }],
  ['credentials in the URL', { git_url: 'https://a:b@github.com/x/y.git' }],
  ['a query', { git_url: 'https://github.com/x/y.git?access_token=1' }],
  ['a local path', { git_url: '/etc' }],
  ['another transport', { git_url: 'ext::sh -c id' }],
  ['a token with a line break', { git_url: 'https://github.com/x/y.git', git_token: 'a\r\nHost: b' }],
  ['a token without a remote', { path: '/srv/x', git_token: 'abc' }],
  ['a host that looks like one that is listed', { git_url: 'https://github.com.example.org/x.git' }],
]

for (const [what, body] of refused)
  test(`${what} is refused`, async () => {
    const answer = await post('/v1/agent/codebases', { name: 'x', ...body })
    assert.equal(answer.status, 400, JSON.stringify(answer.body))
  })

test('nobody asks for the errands of the platform in a task of their own', async () => {
  const body = { prompt: 'x', required_capabilities: ['codetether:clone'] }
  assert.equal((await post('/v1/agent/tasks', body)).status, 400)
  const worker = await registerWorker(platform.url, { capabilities: ['alone'] })
  const id = await createTask(platform.url, { agent_type: 'clone_repo', required_capabilities: ['alone'] })
  assert.deepEqual(
    (await worker.claim()).map(task => [task.task_id, task.errand]),
    [[id, null]],
  )
})
