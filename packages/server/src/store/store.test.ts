import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { openPool, type PoolClient } from '../db/pool.ts'
import { createTenantSigner } from '../db/tenant-context.ts'
import { createLogger } from '../logger.ts'
import { defaultTenantId } from '../tenants.ts'
import { createStore } from './store.ts'

const log = createLogger({ level: 'silent', format: 'json' })
const select = { text: 'select $1::int as n' }

/** A store, with the number of writes to the socket of its connection. */
async function countingStore() {
  const database = await testDatabase()
  const pool = openPool(database.app, { size: 1, name: 'test', log })
  let writes = 0
  const watched = new WeakSet<PoolClient>()
  const connect = async () => {
    const client = await pool.connect()
    const { stream } = client.connection
    const { _write, _writev } = stream
    if (!watched.has(client)) {
      watched.add(client)
      stream._write = (...given) => {
        writes++
        _write.apply(stream, given)
      }
      stream._writev = (...given) => {
        writes++
        _writev?.apply(stream, given)
      }
    }
    return client
  }
  const connections = { waitingCount: 0, connect }
  const store = createStore({ app: connections, system: connections }, createTenantSigner(database.secret))
  return {
    store,
    writes: () => writes,
    async [Symbol.asyncDispose]() {
      await pool.end()
      await database[Symbol.asyncDispose]()
    },
  }
}

test('a transaction whose statements do not wait for each other goes out in one write', async () => {
  await using opened = await countingStore()
  const rows = await opened.store.write(defaultTenantId, tx =>
    Promise.all([1, 2, 3].map(n => tx.query<{ n: number }>(select, [n]))),
  )
  assert.deepEqual(rows, [[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]])
  assert.equal(opened.writes(), 1)
})

test('one whose statements do goes out step by step', async () => {
  await using opened = await countingStore()
  const sum = await opened.store.transact(defaultTenantId, async tx => {
    const [first] = await tx.query<{ n: number }>(select, [1])
    const [second] = await tx.query<{ n: number }>(select, [(first?.n ?? 0) + 1])
    return second?.n
  })
  assert.equal(sum, 2)
  assert.equal(opened.writes(), 3)
})
