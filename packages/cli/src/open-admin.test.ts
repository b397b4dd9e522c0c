import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '@codetether/server/config/load-config'
import { writeRuntime } from '@codetether/server/db/embedded/runtime-file'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { openAdmin } from './open-admin.ts'

test('a file in the data directory cannot send the keys to a database elsewhere', async () => {
  await using directory = await temporaryDirectory()
  await writeRuntime(directory.path, {
    pid: process.pid,
    url: 'http://127.0.0.1:9',
    version: '0',
    startedAt: new Date().toISOString(),
    database: { host: 'db.example', port: 5432, database: 'codetether', user: 'postgres', password: 'x' },
  })
  const { config } = loadConfig({ CODETETHER_DATA_DIR: directory.path })
  await using admin = await openAdmin(config, () => undefined)
  assert.notEqual(admin.address.host, 'db.example')
})
