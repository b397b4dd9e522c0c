import assert from 'node:assert/strict'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { announceIn, readRuntime, removeRuntime, writeRuntime } from './runtime-file.ts'

const runtime = {
  ...{ pid: 1, url: 'http://127.0.0.1:8000', version: '1.0.0', startedAt: '2026-11-21T00:00:00.000Z' },
  database: { host: '/run', port: 1, database: 'codetether', user: 'postgres', password: 'secret' },
}

test('what a server writes about itself is read back, and only by its owner', async () => {
  await using directory = await temporaryDirectory()
  await writeRuntime(directory.path, runtime)
  assert.deepEqual(await readRuntime(directory.path), runtime)
  assert.deepEqual(await readdir(directory.path), ['runtime.json'])
  assert.equal((await stat(join(directory.path, 'runtime.json'))).mode & 0o777, 0o600)
  await removeRuntime(directory.path)
  await removeRuntime(directory.path)
  assert.equal(await readRuntime(directory.path), null)
})

test('a file that is no such description counts as none', async () => {
  await using directory = await temporaryDirectory()
  for (const content of ['', '{', '{"pid": "one"}']) {
    await writeFile(join(directory.path, 'runtime.json'), content)
    assert.equal(await readRuntime(directory.path), null)
  }
})

test('a server on an external database describes itself where nobody else does, and needs no place for it', async () => {
  await using directory = await temporaryDirectory()
  const { database: _, ...server } = runtime
  {
    await using announced = announceIn(directory.path)
    await announced.announce({ ...server, pid: process.pid })
    assert.equal((await readRuntime(directory.path))?.url, server.url)
  }
  assert.equal(await readRuntime(directory.path), null)
  const other = { ...runtime, pid: process.ppid }
  await writeRuntime(directory.path, other)
  {
    await using announced = announceIn(directory.path)
    await announced.announce({ ...server, pid: process.pid })
  }
  assert.deepEqual(await readRuntime(directory.path), other)
  await using nowhere = announceIn('/dev/null/data')
  await nowhere.announce(server)
})
