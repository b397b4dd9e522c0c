import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { addressFromUrl, isPooler } from './database-url.ts'

const plain = { host: 'db', port: 5432, database: 'codetether', user: '', password: '' }

for (const [url, address] of [
  ['postgresql://db', plain],
  ['postgres://db:6000/other', { ...plain, port: 6000, database: 'other' }],
  ['postgres://a%40b:c%2Fd@db/x%20y', { ...plain, user: 'a@b', password: 'c/d', database: 'x y' }],
  ['postgres://[::1]/', { ...plain, host: '::1' }],
  ['postgres://me@localhost/?host=/run/pg&port=5433', { ...plain, host: '/run/pg', port: 5433, user: 'me' }],
  ['postgres://db?sslmode=disable', plain],
  ['postgres://db?sslmode=require', { ...plain, ssl: { rejectUnauthorized: false } }],
  ['postgres://db?sslmode=verify-full', { ...plain, ssl: {} }],
  ['postgres://db?sslmode=verify-full&sslrootcert=system', { ...plain, ssl: {} }],
] as const)
  test(`${url} names a database`, () => assert.deepEqual(addressFromUrl(url), address))

test('a certificate says who may have signed, and then `require` asks for it', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'ca.pem')
  await writeFile(path, 'PEM')
  const ssl = (mode: string) => addressFromUrl(`postgres://db?sslmode=${mode}&sslrootcert=${path}`).ssl
  assert.deepEqual(ssl('verify-full'), { ca: 'PEM' })
  for (const mode of ['require', 'verify-ca']) {
    const { checkServerIdentity, ...rest } = ssl(mode) ?? {}
    assert.deepEqual([rest, checkServerIdentity?.()], [{ ca: 'PEM' }, undefined])
  }
  assert.throws(() => addressFromUrl('postgres://db?sslmode=require&sslrootcert=/nowhere'), { code: 'INVALID_PARAMS' })
})

test('a URL says whether a pooler of transactions answers, or nothing about it', () => {
  assert.deepEqual(
    ['?pgbouncer=true', '?pgbouncer=false', ''].map(said => isPooler(`postgres://db${said}`)),
    [true, false, undefined],
  )
})
