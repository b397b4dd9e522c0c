import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { withConnection } from './connect.ts'
import { deriveKey } from './secret.ts'
import { assertContextKey, createTenantSigner } from './tenant-context.ts'

const secret = 'q8Zk3vT0xW7bN5mC1rY9sD2fG4hJ6lPa'
const tenant = '00000000-0000-7000-8000-000000000001'
const other = '00000000-0000-7000-8000-000000000002'

const signerAt = (start: number) => {
  const clock = { now: start }
  return { clock, signer: createTenantSigner(secret, () => clock.now) }
}

const fieldsOf = (context: string) => {
  const [kid = '', tenantId = '', expiry = '', nonce = '', mac = '', ...rest] = context.split('|')
  return { kid, tenantId, expiry, nonce, mac, rest }
}

test('a context is key id, tenant, expiry, nonce and signature', () => {
  const { signer } = signerAt(1_000_000_500)
  const { kid, tenantId, expiry, nonce, mac, rest } = fieldsOf(signer.sign(tenant))
  const key = deriveKey(secret, 'tenant-context')
  assert.equal(kid, createHash('sha256').update(key).digest('hex').slice(0, 12))
  assert.equal(tenantId, tenant)
  assert.equal(expiry, String(1_000_000 + 600), 'seconds, ten minutes ahead')
  assert.match(nonce, /^[0-9a-f]{16}$/)
  assert.equal(mac, createHmac('sha256', key).update(`${kid}|${tenantId}|${expiry}|${nonce}`).digest('hex'))
  assert.deepEqual(rest, [])
})

test('a context is used again for half its life', () => {
  const { clock, signer } = signerAt(1_000_000_000)
  const first = signer.sign(tenant)
  clock.now += 299_999
  assert.equal(signer.sign(tenant), first)
})

test('a context is renewed when half its life is over, long before it expires', () => {
  const { clock, signer } = signerAt(1_000_000_000)
  const first = fieldsOf(signer.sign(tenant))
  clock.now += 300_000
  const second = fieldsOf(signer.sign(tenant))
  assert.equal(Number(second.expiry) - Number(first.expiry), 300)
  assert.notEqual(second.nonce, first.nonce)
  clock.now += 299_999
  assert.deepEqual(fieldsOf(signer.sign(tenant)), second)
})

test('whatever the time, a context lives for at least five minutes more', () => {
  const { clock, signer } = signerAt(1_000_000_000)
  for (let step = 0; step < 200; step++) {
    clock.now += 7_919
    assert.ok(Number(fieldsOf(signer.sign(tenant)).expiry) * 1000 - clock.now > 299_000)
  }
})

test('each tenant has a context of its own', () => {
  const { clock, signer } = signerAt(1_000_000_000)
  const [one, two] = [signer.sign(tenant), signer.sign(other)]
  assert.deepEqual([fieldsOf(one).tenantId, fieldsOf(two).tenantId], [tenant, other])
  assert.notEqual(fieldsOf(one).mac, fieldsOf(two).mac)
  clock.now += 1_000
  assert.deepEqual([signer.sign(tenant), signer.sign(other)], [one, two])
})

test('another secret is another key, with another id', () => {
  const [one, two] = [createTenantSigner(secret), createTenantSigner(`${secret}!`)]
  assert.notEqual(fieldsOf(one.sign(tenant)).kid, fieldsOf(two.sign(tenant)).kid)
})

test('two processes with one secret sign with the same key, under nonces of their own', () => {
  const [one, two] = [signerAt(1_000_000_000), signerAt(1_000_000_000)].map(({ signer }) =>
    fieldsOf(signer.sign(tenant)),
  )
  assert.equal(one?.kid, two?.kid)
  assert.notEqual(one?.nonce, two?.nonce)
})

test('a context tells nothing about the secret', () => {
  const context = signerAt(0).signer.sign(tenant)
  const key = deriveKey(secret, 'tenant-context')
  for (const part of [secret, key.toString('hex'), key.toString('base64url')]) assert.ok(!context.includes(part))
})

test('more tenants than are remembered are signed for all the same', () => {
  const { signer } = signerAt(1_000_000_000)
  const first = signer.sign(tenant)
  for (let count = 0; count < 10_001; count++) signer.sign(`tenant-${count}`)
  assert.equal(fieldsOf(signer.sign(tenant)).tenantId, tenant)
  assert.notEqual(signer.sign(tenant), first)
})

test('a database tells whether it verifies contexts of a secret, where it does not check passwords', async () => {
  await using database = await testDatabase()
  await withConnection(database.app, async client => {
    await assertContextKey(client, database.secret)
    await assert.rejects(assertContextKey(client, secret), {
      code: 'CONFLICT',
      message: /another CODETETHER_SECRET_KEY/,
    })
    await assertContextKey(client, database.secret)
  })
})
