import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { withConnection } from './connect.ts'
import { assertBound, assertDurable, assertSupported, readFacts } from './database-facts.ts'

test('PostgreSQL 15 is old enough', () => {
  assert.throws(() => assertSupported('14.9', 140_009), { code: 'CONFLICT', message: /PostgreSQL 14\.9.*15 or newer/ })
  assertSupported('15.0', 150_000)
})

test('the logins that serve are bound by row-level security and in time, and a superuser is not', async () => {
  await using database = await testDatabase()
  for (const login of [database.app, database.system]) {
    const facts = await withConnection(login, readFacts)
    assert.deepEqual([facts.login, facts.unbound, facts.isBounded, facts.isPooled], [login.user, [], true, false])
    assertBound(facts)
  }
  const facts = await withConnection(database.admin, readFacts)
  assert.ok(facts.unbound.includes('postgres'))
  assert.equal(facts.isBounded, false)
  assert.throws(() => assertBound(facts), { code: 'CONFLICT', message: /does not bind the login postgres/ })
})

test('each setting that gives up commits is named', async () => {
  await using database = await testDatabase()
  const facts = await withConnection(database.admin, async client => {
    await client.query('set synchronous_commit = off')
    return readFacts(client)
  })
  assert.deepEqual(facts.unsafe, ['fsync = off', 'full_page_writes = off', 'synchronous_commit = off'])
  assert.throws(() => assertDurable(facts), { code: 'CONFLICT', message: /fsync = off, .*UNSAFE_DATABASE=true/ })
  assertDurable({ ...facts, unsafe: [] })
})
