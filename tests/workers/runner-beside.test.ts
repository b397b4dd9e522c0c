import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { waitUntil } from '@codetether/testing/wait-until'
import { dataDirectory } from '../journeys/data-directory.ts'
import { endOf, runNode, whenReady } from '../journeys/server-process.ts'
import { codetether } from './runner.ts'
import { call } from './worker-calls.ts'

const token = 'a-token-of-somebody-who-may-do-all'
const headers = { authorization: `Bearer ${token}` }

const codebaseOf = (url: string, headers = {}): Promise<string> =>
  waitUntil('the worker is there', async () => {
    const { body } = await call(url, '/v1/agent/workers', { headers })
    return body.workers[0]?.codebases[0]
  })

test('serve --worker runs a worker beside the server, with the directories that it names', async () => {
  await using directory = await dataDirectory()
  await writeFile(join(directory.path, 'here'), '')
  const args = [
    'serve',
    '--port',
    '0',
    '--data-dir',
    directory.dataDir,
    '--worker',
    '.',
    '--worker-command',
    'pwd; ls here',
  ]
  const env = { A2A_AUTH_TOKENS: `owner:${token}` }
  const program = runNode([codetether, ...args], { cwd: directory.path, env })
  await using server = await whenReady(program, directory.dataDir, 30_000)
  const codebase = await codebaseOf(server.url, headers)
  const task = { prompt: 'look', codebase_id: codebase }
  const { body } = await call(server.url, '/v1/agent/tasks', { method: 'POST', body: task, headers })
  const done = await waitUntil('the task is done', async () => {
    const { body: now } = await call(server.url, `/v1/agent/tasks/${body.task_id}`, { headers })
    return now.status === 'completed' ? now : null
  })
  assert.deepEqual(done.result.split('\n'), [directory.path, 'here'])
  server.child.kill('SIGTERM')
  assert.deepEqual(await endOf(server, 15_000), { code: 0, signal: null })
})

test('a developer has a worker without asking, or none', async () => {
  for (const more of [[], ['--no-worker']]) {
    await using directory = await dataDirectory()
    const args = ['dev', '--port', '0', '--data-dir', directory.dataDir, ...more]
    await using server = await whenReady(
      runNode([codetether, ...args], { cwd: directory.path }),
      directory.dataDir,
      30_000,
    )
    if (more.length > 0) assert.deepEqual((await call(server.url, '/v1/agent/workers')).body.workers, [])
    else {
      const codebase_id = await codebaseOf(server.url)
      const task = { prompt: 'Hello', codebase_id }
      const { body } = await call(server.url, '/v1/agent/tasks', { method: 'POST', body: task })
      await waitUntil('the task is done', async () => {
        const { body: now } = await call(server.url, `/v1/agent/tasks/${body.task_id}`)
        return now.status === 'completed' && now.result === 'Hello'
      })
    }
    server.child.kill('SIGTERM')
    assert.deepEqual(await endOf(server, 15_000), { code: 0, signal: null })
  }
})

test('a worker beside the server that does not know what to do is refused', async () => {
  await using directory = await dataDirectory()
  const args = ['serve', '--port', '0', '--data-dir', directory.dataDir, '--worker', '.']
  await using program = runNode([codetether, ...args], { cwd: directory.path })
  assert.equal((await endOf(program, 30_000)).code, 2)
  assert.match(program.output(), /add --worker-command/)
})
