import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { withConnection } from '@codetether/server/db/connect'
import { deriveKey } from '@codetether/server/db/secret'
import { createTenantSigner } from '@codetether/server/db/tenant-context'
import { newId } from '@codetether/server/ids'
import { addTenant, fillTenant, openTestStore } from './tenants.ts'

type Client = Parameters<Parameters<typeof withConnection>[1]>[0]

/** What a request sees of `memories` with this context. Rejects with what the database says. */
async function rowsWith(client: Client, context: string): Promise<string[]> {
  await client.query('begin')
  try {
    await client.query(`select set_config('codetether.tenant_context', $1, true)`, [context])
    return (await client.query<{ value: string }>('select value from memories')).rows.map(row => row.value)
  } finally {
    await client.query('rollback')
  }
}

const refusal = { code: '28000', message: /^tenant context (does not verify|has expired)$/ }

/** Contexts that are almost the right one, each with its name. */
function* nearly(
  context: string,
  { secret, a, b }: { secret: string; a: string; b: string },
): Generator<[string, string]> {
  const [kid = '', , expiry = '', nonce = '', mac = ''] = context.split('|')
  const hours = 3_600_000
  const longAgo = createTenantSigner(secret, () => Date.now() - hours).sign(a)
  yield ['expired', longAgo]
  yield ['expired, with a new expiry', longAgo.replace(/\|\d+\|/, `|${expiry}|`)]
  yield ['of another secret', createTenantSigner('another secret').sign(a)]
  yield ['of another secret under the known kid', createTenantSigner('another secret').sign(a).replace(/^\w+/, kid)]
  yield ['of an unknown kid', context.replace(/^\w+/, '000000000000')]
  yield ['for another tenant', context.replace(a, b)]
  yield ['with a later expiry', context.replace(`|${expiry}|`, `|${Number(expiry) + 1}|`)]
  yield ['with another nonce', context.replace(`|${nonce}|`, `|${nonce.replace(/^./, c => (c === '0' ? '1' : '0'))}|`)]
  yield ['with its mac in capitals', context.replace(mac, mac.toUpperCase())]
  yield ['without its mac', `${kid}|${a}|${expiry}|${nonce}|`]
  yield ['with four fields', context.replace(`|${mac}`, '')]
  yield ['with six fields', `${context}|`]
  yield ['with fields moved', `${kid}|${a}|${expiry}${nonce}||${mac}`]
  yield ['twice', context + context]
  yield ['with a space', ` ${context}`]
  yield ['with a line break', `${context}\n`]
  for (const text of ['x', '|', '||||', '|||||', b, `'${b}'`, 'null', '{}', '\\', '💥', '%s', '|'.repeat(10_000)])
    yield [`garbage: ${text.slice(0, 10)}`, text]
}

test('contexts', async t => {
  await using opened = await openTestStore()
  const { database, store } = opened
  const { secret } = database
  const [a, b] = [await addTenant(store, 'alpha'), await addTenant(store, 'beta')]
  await fillTenant(store, a, 'of alpha')
  await fillTenant(store, b, 'of beta')
  const context = createTenantSigner(secret).sign(a)

  await withConnection(database.app, async client => {
    await t.test('the right one shows the rows of its tenant', async () => {
      assert.deepEqual(await rowsWith(client, context), ['of alpha'])
    })

    await t.test('the right one of a tenant that does not exist shows nothing', async () => {
      assert.deepEqual(await rowsWith(client, createTenantSigner(secret).sign(newId())), [])
    })

    for (const [name, forged] of nearly(context, { secret, a, b }))
      await t.test(`one that is ${name} raises`, async () => {
        await assert.rejects(rowsWith(client, forged), refusal)
      })

    await t.test('one with any single bit flipped raises', async () => {
      for (let place = 0; place < context.length; place++)
        for (let bit = 0; bit < 7; bit++) {
          const flipped = String.fromCharCode(context.charCodeAt(place) ^ (1 << bit))
          const forged = context.slice(0, place) + flipped + context.slice(place + 1)
          await assert.rejects(rowsWith(client, forged), refusal, `bit ${bit} of character ${place}`)
        }
    })

    await t.test('any part of it raises', async () => {
      for (let end = 1; end < context.length; end++)
        await assert.rejects(rowsWith(client, context.slice(0, end)), refusal, `the first ${end} characters`)
    })

    await t.test('an empty one is none: no rows', async () => {
      assert.deepEqual(await rowsWith(client, ''), [])
    })

    await t.test('one that is signed but makes no sense raises too', async () => {
      const key = deriveKey(secret, 'tenant-context')
      const sign = (claims: string) => `${claims}|${createHmac('sha256', key).update(claims).digest('hex')}`
      const [kid, tenant, expiry, nonce] = context.split('|')
      assert.deepEqual(await rowsWith(client, sign(`${kid}|${tenant}|${expiry}|${nonce}`)), ['of alpha'])
      for (const claims of [
        `${kid}|${tenant}|soon|x`,
        `${kid}|nobody|${expiry}|x`,
        `${kid}||${expiry}|x`,
        `${kid}|${tenant}||x`,
      ])
        await assert.rejects(rowsWith(client, sign(claims)), /invalid input syntax/, claims)
    })
  })

  await t.test('the background role needs none and is not let in by one that is forged either', async () => {
    await withConnection(database.system, async client => {
      const tasks = `select count(*)::int as n from tasks`
      assert.deepEqual((await client.query(tasks)).rows, [{ n: 4 }])
      await client.query(`select set_config('codetether.tenant_context', 'forged', false)`)
      await assert.rejects(client.query('select get_current_tenant_id()'), refusal)
    })
  })
})
