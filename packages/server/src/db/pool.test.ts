import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { createLogger } from '../logger.ts'
import { withConnection } from './connect.ts'
import { openPool } from './pool.ts'

const log = createLogger({ level: 'silent', format: 'json' })

test('a connection that breaks between two statements of its user fails the next one, not the process', async () => {
  await using database = await testDatabase()
  const pool = openPool(database.app, { size: 1, name: 'test', log })
  try {
    const client = await pool.connect()
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    client.once('end', resolve)
    await withConnection(database.admin, admin => admin.query('select pg_terminate_backend($1)', [rows[0]?.pid]))
    await ended
    await assert.rejects(client.query('select 1'), /not queryable/)
    client.release()
    assert.equal((await pool.query('select 1')).rowCount, 1)
  } finally {
    await pool.end()
  }
})
