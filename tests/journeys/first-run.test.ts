import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { rpc } from '../platform.ts'
import { type DataDirectory, dataDirectory, isAlive } from './data-directory.ts'
import { endOf, type ServerProcess, serve, whenReady } from './server-process.ts'

const classic = { message: { parts: [{ type: 'text', content: 'Calculate 25 * 4' }] } }

const start = (at: DataDirectory): Promise<ServerProcess> => whenReady(serve(at), at.dataDir)

/** Ends the server with the signal: cleanly, within 10 s, and PostgreSQL with it. */
async function assertEndsCleanly(server: ServerProcess, at: DataDirectory, send: () => void): Promise<void> {
  const postgres = at.postgresPid()
  assert.ok(postgres && isAlive(postgres))
  send()
  assert.deepEqual(await endOf(server, 10_000), { code: 0, signal: null })
  assert.ok(!isAlive(postgres), 'PostgreSQL has ended')
  assert.equal(at.postgresPid(), null)
  await assert.rejects(stat(join(at.dataDir, 'runtime.json')), { code: 'ENOENT' })
}

test('a first start serves, answers, keeps its tasks over a stop, and leaves no process behind', async () => {
  await using directory = await dataDirectory()
  let taskId = ''
  {
    await using server = await start(directory)
    const ready = await fetch(`${server.url}/health/ready`)
    assert.equal(ready.status, 200)
    await ready.body?.cancel()
    const { result } = await rpc(server.url, { method: 'message/send', params: classic })
    assert.equal(result.message.parts[0].content, 'Calculation: 25 multiply 4 = 100. The result is 100.')
    taskId = result.id
    await assertEndsCleanly(server, directory, () => server.child.kill('SIGTERM'))
  }
  await using server = await start(directory)
  const { result } = await rpc(server.url, { method: 'tasks/get', params: { id: taskId } })
  assert.deepEqual([result.id, result.status.state], [taskId, 'completed'])
  assert.match(result.status.message.parts[0].text, /The result is 100/)
  await assertEndsCleanly(server, directory, () => server.child.kill('SIGTERM'))
})

test('what is secret in the data directory is readable for its owner only', async () => {
  await using directory = await dataDirectory()
  await using _server = await start(directory)
  const file = join(directory.dataDir, 'runtime.json')
  assert.match(await readFile(file, 'utf8'), /"password"/)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
})

test('a second server on the same directory is refused and told who has it, and the first one goes on', async () => {
  await using directory = await dataDirectory()
  await using first = await start(directory)
  await using second = serve(directory)
  const { code } = await endOf(second)
  assert.equal(code, 5)
  assert.match(second.output(), new RegExp(`another server uses .*${first.url} \\(process ${first.pid}\\)`))
  const { result } = await rpc(first.url, { method: 'message/send', params: classic })
  assert.equal(result.status.state, 'completed')
})

test('Ctrl-C, which reaches the whole process group, ends the server cleanly', async () => {
  await using directory = await dataDirectory()
  await using server = await whenReady(serve(directory, { ownGroup: true }), directory.dataDir)
  await assertEndsCleanly(server, directory, () => process.kill(-server.pid, 'SIGINT'))
  assert.doesNotMatch(server.output(), /"level":"?(error|fatal|50|60)|Error:/)
})
