import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { runCli } from '../testing/run-cli.ts'

type Route = (path: string, token: string | undefined) => { status: number; body: object }

const status = (code: number, reason: string) => ({
  error: {
    code,
    message: `refused: ${reason}`,
    details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason }],
  },
})

/** A server that answers as the test says. */
async function fakeServer(route: Route) {
  const server = createServer((request, response) => {
    const { status, body } = route(request.url ?? '', request.headers.authorization)
    request.resume()
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const status404 = status(404, 'NOT_FOUND')
const shown = {
  ...{ worker_id: 'w1', name: 'One', status: 'active', online: true, running_tasks: 1, shared: true },
  last_seen: '2026-01-01T00:00:00.000Z',
}
const healthy: Route = path => {
  if (path.startsWith('/v1/agent/workers/')) return { status: 200, body: shown }
  if (path.startsWith('/v1/agent/workers')) return { status: 200, body: { workers: [] } }
  if (path.startsWith('/v1/agent/tasks'))
    return { status: 200, body: { tasks: [{ id: 't1', title: 'Build it', started_at: '2026-01-01T00:00:00.000Z' }] } }
  return { status: 200, body: { status: 'ok' } }
}

test('a token that is not accepted ends the worker, with a way out', async () => {
  await using server = await fakeServer(() => ({ status: 401, body: status(401, 'UNAUTHENTICATED') }))
  await using directory = await temporaryDirectory()
  const options = { directory: directory.path, env: { CODETETHER_TOKEN: 'wrong' } }
  const { code, stderr } = await runCli(['worker', '--server', server.url, '--runtime', 'echo'], options)
  assert.equal(code, 4)
  assert.match(stderr, /error: refused: UNAUTHENTICATED\nhint: .*does not accept the token.*CODETETHER_TOKEN/s)
})

for (const [what, answer] of [
  ['knows no workers', { status: 404, body: { message: 'Not Found' } }],
  ['answers something else', { status: 200, body: ['It works!'] }],
] as const)
  test(`a server that ${what} ends the worker, with a hint at the address`, async () => {
    await using server = await fakeServer(() => answer)
    await using directory = await temporaryDirectory()
    const { code, stderr } = await runCli(['worker', '--server', server.url, '--runtime', 'echo'], {
      directory: directory.path,
    })
    assert.notEqual(code, 0)
    assert.match(stderr, /hint: at http:\S+ is no CodeTether server: --server/)
  })

test('the id of somebody else is refused, with a way out', async () => {
  await using server = await fakeServer(() => ({ status: 403, body: status(403, 'FORBIDDEN') }))
  await using directory = await temporaryDirectory()
  const options = { directory: directory.path }
  const { code, stderr } = await runCli(
    ['worker', '--server', server.url, '--runtime', 'echo', '--worker-id', 'x'],
    options,
  )
  assert.equal(code, 4)
  assert.match(stderr, /--worker-id/)
})

test('a worker that is told wrong things says so before it calls anybody', async () => {
  await using directory = await temporaryDirectory()
  const options = { directory: directory.path, env: { CODETETHER_SERVER: 'http://127.0.0.1:1' } }
  const refusals: [string[], RegExp][] = [
    [[], /does not know what to do.*--command/s],
    [['--runtime', 'echo', '--codebases', 'app:/does/not/exist'], /\/does\/not\/exist is no directory/],
    [['--runtime', 'echo', '--capabilities', 'a;b'], /capabilities\.0: must be/],
    [['--runtime', 'echo', '--models', 'gpt'], /models\.0.*provider/],
    [['--runtime', 'echo', '--worker-id', 'a b'], /worker_id: must be/],
    [['--runtime', 'opencode'], /shell, echo/],
  ]
  for (const [args, expected] of refusals) {
    const { code, stderr } = await runCli(['worker', ...args], options)
    assert.equal(code, 2, stderr)
    assert.match(stderr, expected)
  }
})

test('a data directory has one worker at a time', async () => {
  await using directory = await temporaryDirectory()
  const ticks = async (pid: number) => (await stat(`/proc/${pid}`).catch(() => null)) !== null
  if (!(await ticks(process.pid))) return
  const { lockInstance } = await import('@codetether/worker/instance-lock')
  await using _lock = await lockInstance(directory.path)
  const args = ['worker', '--server', 'http://127.0.0.1:1', '--runtime', 'echo', '--data-dir', directory.path]
  const { code, stderr } = await runCli(args)
  assert.equal(code, 5)
  assert.match(stderr, new RegExp(`a worker runs on .* already \\(process ${process.pid}\\)\nhint: .*--data-dir`, 's'))
})

test('status tells what the server knows, and what runs', async () => {
  await using server = await fakeServer(healthy)
  await using directory = await temporaryDirectory()
  const args = ['worker', 'status', '--server', server.url, '--worker-id', 'w1']
  const { code, stdout } = await runCli(args, { directory: directory.path })
  assert.equal(code, 0)
  assert.match(
    stdout,
    /worker {3}w1 \(One\)\n.*status {3}active\nserves {3}everybody\n.*process {2}none.*running {2}1\n.*t1 .* Build it/s,
  )
  const json = await runCli([...args, '--json'], { directory: directory.path })
  assert.deepEqual(JSON.parse(json.stdout).worker, shown)
  await using other = await fakeServer((path, token) =>
    path.startsWith('/v1/agent/workers/') ? { status: 200, body: { ...shown, shared: false } } : healthy(path, token),
  )
  const own = await runCli(['worker', 'status', '--server', other.url, '--worker-id', 'w1'], {
    directory: directory.path,
  })
  assert.match(own.stdout, /serves {3}only whoever has registered it; A2A_WORKER_GRANTS/)
})

test('status of a worker that is not heard of fails, and of none at all is wrong usage', async () => {
  await using server = await fakeServer((path, token) =>
    path.startsWith('/v1/agent/workers/') ? { status: 200, body: { ...shown, online: false } } : healthy(path, token),
  )
  await using directory = await temporaryDirectory()
  const status = ['worker', 'status', '--server', server.url]
  const away = await runCli([...status, '--worker-id', 'w1'], { directory: directory.path })
  assert.deepEqual([away.code, /not heard of since 2026-01-01/.test(away.stdout)], [1, true])
  assert.equal((await runCli(status, { directory: directory.path })).code, 2)
  await using hidden = await fakeServer(() => ({ status: 404, body: status404 }))
  const args = ['worker', 'status', '--server', hidden.url, '--worker-id', 'w1']
  const unknown = await runCli(args, { directory: directory.path })
  assert.equal(unknown.code, 3)
  assert.match(unknown.stderr, /^error: refused: NOT_FOUND\nhint: .*is the token theirs/)
})

test('doctor finds what a worker lacks', async () => {
  await using server = await fakeServer(healthy)
  await using directory = await temporaryDirectory()
  const examine = async (args: string[], url = server.url) => {
    const { code, stdout } = await runCli(['worker', 'doctor', '--json', '--server', url, ...args], {
      directory: directory.path,
      env: { PATH: '/usr/bin:/bin' },
    })
    const { checks }: { checks: { name: string; status: string }[] } = JSON.parse(stdout)
    return { code, of: Object.fromEntries(checks.map(({ name, status }) => [name, status])) }
  }
  const app = join(directory.path, 'app')
  await mkdir(app)
  const places = ['--codebases', app, '--clones', join(directory.path, 'new/clones'), '--roots', app]
  const good = await examine(['--command', 'cat -n', ...places])
  assert.equal(good.code, 0)
  for (const name of ['server', 'token', 'clock', 'command', 'codebase app', 'instance', 'clones', `root ${app}`])
    assert.equal(good.of[name], 'ok', name)
  await writeFile(join(directory.path, 'file'), '')
  await chmod(app, 0o755)
  const bad = await examine(
    [
      ...['--command', 'no-such-program-here', '--codebases', 'gone:/does/not/exist'],
      ...['--clones', join(directory.path, 'file'), '--roots', join(directory.path, 'file')],
    ],
    'http://127.0.0.1:1',
  )
  assert.equal(bad.code, 1)
  const without = await examine(['--codebases', app])
  assert.deepEqual([without.code, without.of.command], [1, 'fail'])
  const echo = await examine(['--runtime', 'echo'])
  assert.deepEqual([echo.code, echo.of.command], [0, 'skipped'])
  const failing = ['server', 'token', 'clock', 'command', 'codebase gone', 'clones', `root ${directory.path}/file`]
  for (const name of failing) assert.equal(bad.of[name], 'fail', name)
})
