import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '@codetether/server/ids'
import { retryDeadLetters } from '@codetether/server/store/push-dead-letters'
import { defaultTenantId } from '@codetether/server/tenants'
import { alice, bob, twoTokens } from '../doors/support.ts'
import { query } from '../event-log.ts'
import { type Platform, type RpcBody, startPlatform } from '../platform.ts'
import { addTenant, openTestStore } from '../tenants.ts'
import { lettersOf, local, retryLetters } from './push-calls.ts'

const env = { ...local, A2A_AUTH_TOKENS: twoTokens }
const [aliceId, bobId] = ['token:alice', 'token:bob']

interface Letters {
  tenantId?: string
  principal: string
  taskId?: string
  seqs: number[]
}

/** Dead letters as the server makes them, all of one moment, of tasks that have nothing else to tell. */
const addLetters = async (
  { database }: Platform,
  { tenantId = defaultTenantId, principal, taskId = newId(), seqs }: Letters,
): Promise<string> => {
  await query(
    database,
    `insert into tasks (tenant_id, id, principal, context_id, agent, routing, wire_version, state, status_seq, last_seq, generation)
     values ($1, $2, $3, '', '', '', '1.0', 'completed', 9, 9, 9) on conflict do nothing`,
    [tenantId, taskId, principal],
  )
  await query(
    database,
    `insert into push_configs (tenant_id, task_id, id, principal, wire_version, url, sealed, sent_seq, pending_seq)
     values ($1, $2, 'mine', $3, '1.0', 'https://hooks.example.com/secret?x=secret', '', 9, 9)
     on conflict do nothing`,
    [tenantId, taskId, principal],
  )
  await query(
    database,
    `insert into push_dead_letters (tenant_id, task_id, config_id, seq, reason, attempts)
     select $1, $2, 'mine', unnest($3::bigint[]), 'answered 500', 10`,
    [tenantId, taskId, seqs],
  )
  return taskId
}

const keyOf = ({ taskId, seq }: RpcBody) => `${taskId} ${seq}`

test('a listing shows the caller’s own dead letters without secrets, page by page, without gaps or repetitions', async () => {
  await using platform = await startPlatform({ env })
  const first = await addLetters(platform, { principal: aliceId, seqs: [1, 2, 3, 4, 5] })
  const second = await addLetters(platform, { principal: aliceId, seqs: [1, 2] })
  await addLetters(platform, { principal: bobId, seqs: [7] })
  const { status, body } = await lettersOf(platform.url, {}, alice)
  assert.equal(status, 200)
  const { givenUpAt, ...letter } = body.deadLetters.at(-1)
  assert.deepEqual(letter, {
    taskId: first,
    configId: 'mine',
    seq: 1,
    host: 'hooks.example.com',
    reason: 'answered 500',
    attempts: 10,
    retrying: false,
  })
  assert.ok(Date.parse(givenUpAt) <= Date.now())
  assert.doesNotMatch(JSON.stringify(body), /secret/)
  assert.deepEqual(
    body.deadLetters.map(keyOf),
    [2, 1].map(seq => `${second} ${seq}`).concat([5, 4, 3, 2, 1].map(seq => `${first} ${seq}`)),
  )
  const pages: RpcBody[] = []
  for (let pageToken = ''; pages.length === 0 || pageToken !== ''; ) {
    const page = (await lettersOf(platform.url, { pageSize: '3', ...(pageToken && { pageToken }) }, alice)).body
    pages.push(page.deadLetters)
    pageToken = page.nextPageToken
  }
  assert.deepEqual(
    pages.map(page => page.length),
    [3, 3, 1],
  )
  assert.deepEqual(pages.flat(), body.deadLetters)
  const ofTask = (await lettersOf(platform.url, { taskId: second, configId: 'mine' }, alice)).body
  assert.deepEqual(ofTask.deadLetters, body.deadLetters.slice(0, 2))
})

test('what is no query or no request is refused by field, and a page token counts in its own listing only', async () => {
  await using platform = await startPlatform({ env })
  await addLetters(platform, { principal: aliceId, seqs: [1, 2] })
  const { nextPageToken } = (await lettersOf(platform.url, { pageSize: '1' }, alice)).body
  const queries: [Record<string, string>, string][] = [
    [{ taskId: 'x' }, 'taskId'],
    [{ pageSize: '0' }, 'pageSize'],
    [{ pageSize: '101' }, 'pageSize'],
    [{ pageSize: 'many' }, 'pageSize'],
    [{ pageToken: 'forged' }, 'pageToken'],
    [{ pageToken: nextPageToken, taskId: newId() }, 'pageToken'],
    [{ state: 'dead' }, ''],
  ]
  const requests: [unknown, string][] = [
    [{}, 'taskId'],
    [{ seq: 1 }, 'taskId'],
    [{ all: false }, 'taskId'],
    [{ all: true, taskId: newId() }, 'taskId'],
    [{ taskId: newId(), seq: 0 }, 'seq'],
    [{ taskId: newId(), colour: 'red' }, ''],
    [[], ''],
  ]
  const answers = [
    ...queries.map(async ([given, field]) => [given, field, await lettersOf(platform.url, given, alice)] as const),
    ...requests.map(async ([given, field]) => [given, field, await retryLetters(platform.url, given, alice)] as const),
  ]
  for (const [given, field, { status, body }] of await Promise.all(answers)) {
    const [info, violations] = body.error.details
    assert.deepEqual(
      [status, info.reason, violations.fieldViolations[0].field],
      [400, 'INVALID_PARAMS', field],
      JSON.stringify(given),
    )
  }
  assert.equal((await lettersOf(platform.url, { pageToken: nextPageToken }, bob)).status, 400)
})

test('nobody sees, counts or sends the dead letters of another principal or tenant', async () => {
  await using platform = await startPlatform({ env })
  await using opened = await openTestStore({ given: platform.database })
  const other = await addTenant(opened.store, 'other')
  const taskId = newId()
  // The same task id, config and principal, of another tenant.
  await addLetters(platform, { principal: aliceId, taskId, seqs: [1] })
  await addLetters(platform, { tenantId: other, principal: aliceId, taskId, seqs: [1, 2] })
  const wanted = () =>
    query<RpcBody>(
      platform.database,
      'select tenant_id as tenant, seq::int from push_dead_letters where retry_at is not null',
    )
  for (const request of [{ taskId }, { taskId, configId: 'mine', seq: 1 }, { all: true }])
    assert.deepEqual((await retryLetters(platform.url, request, bob)).body, { marked: 0 })
  assert.deepEqual((await lettersOf(platform.url, { taskId }, bob)).body.deadLetters, [])
  assert.deepEqual(await wanted(), [])
  assert.equal((await lettersOf(platform.url, {}, alice)).body.deadLetters.length, 1)
  assert.deepEqual((await retryLetters(platform.url, { all: true }, alice)).body, { marked: 1 })
  assert.ok((await wanted()).every(({ tenant }) => tenant === defaultTenantId))

  // Also with a filter that names the other tenant, or none at all, the transaction of a tenant sees its own only.
  const all = { tenantId: null, principal: null, taskId: null, configId: null, seq: null }
  for (const filter of [all, { ...all, tenantId: defaultTenantId }])
    assert.ok((await opened.store.write(other, tx => retryDeadLetters(tx, filter))) === (filter.tenantId ? 0 : 2))
})

test('without credentials nothing is listed or sent, and another verb is refused', async () => {
  await using platform = await startPlatform({ env })
  assert.equal((await lettersOf(platform.url)).status, 401)
  assert.equal((await retryLetters(platform.url, { all: true })).status, 401)
  const path = `${platform.url}/v1/push/dead-letters`
  const [posted, got] = await Promise.all([
    fetch(path, { method: 'POST', headers: alice }),
    fetch(`${path}:retry`, { headers: alice }),
  ])
  assert.deepEqual([posted.status, posted.headers.get('allow')], [405, 'GET, HEAD'])
  assert.deepEqual([got.status, got.headers.get('allow')], [405, 'POST'])
})
