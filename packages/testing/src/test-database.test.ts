import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, withConnection } from '@codetether/server/db/connect'
import { clusterAddress } from './cluster-address.ts'
import { testDatabase } from './test-database.ts'

const userOf = (address: Parameters<typeof connect>[0]) =>
  withConnection(address, async client => (await client.query('select current_user as name')).rows[0].name)

const exists = (database: string) =>
  withConnection(clusterAddress().admin, async client => {
    const { rows } = await client.query('select from pg_database where datname = $1', [database])
    return rows.length === 1
  })

test('every database is migrated, has its three logins, and is gone afterwards', async () => {
  await using first = await testDatabase()
  const second = await testDatabase()
  assert.notEqual(first.admin.database, second.admin.database)
  assert.deepEqual([await userOf(first.app), await userOf(first.system)], ['ct_app', 'ct_system'])
  await withConnection(first.app, client => client.query('select from schema_window'))
  await second[Symbol.asyncDispose]()
  assert.deepEqual([await exists(first.admin.database), await exists(second.admin.database)], [true, false])
})

test('a connection that is left open fails the disposal and names itself', async () => {
  const database = await testDatabase()
  const leak = await connect(database.app, { name: 'forgotten' })
  await assert.rejects(async () => database[Symbol.asyncDispose](), /connections were left open:\nforgotten as ct_app/)
  assert.equal(await exists(database.app.database), false)
  await leak.end()
})
