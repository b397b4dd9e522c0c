import assert from 'node:assert/strict'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { writeRuntime } from '@codetether/server/db/embedded/runtime-file'
import { findLocalServer } from './find-local-server.ts'

const database = { host: '/tmp', port: 1, database: 'd', user: 'u', password: 'p' }

const found = async (url: string, pid: number = process.pid): Promise<string | undefined> => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'codetether-cli-'))
  await writeRuntime(directory.path, { pid, url, version: '1', startedAt: new Date().toISOString(), database })
  return await findLocalServer(directory.path)
}

test('the server that runs in this directory is found', async () => {
  assert.equal(await found('http://127.0.0.1:8123'), 'http://127.0.0.1:8123')
  assert.equal(await found('http://[::1]:8123'), 'http://[::1]:8123')
})

test('a server on all addresses is called on this machine', async () => {
  assert.equal(await found('http://0.0.0.0:8123'), 'http://127.0.0.1:8123')
})

test('a directory from elsewhere cannot send calls, and the token, elsewhere', async () => {
  assert.equal(await found('https://thief.example'), undefined)
})

test('a server that is dead, or was never there, is not found', async () => {
  assert.equal(await found('http://127.0.0.1:8123', 2 ** 22 + 1), undefined)
  assert.equal(await findLocalServer('/nowhere'), undefined)
})
