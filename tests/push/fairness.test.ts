import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { waitUntil } from '@codetether/testing/wait-until'
import { alice, bob, twoTokens } from '../doors/support.ts'
import { query } from '../event-log.ts'
import { type RpcBody, startPlatform } from '../platform.ts'
import { local, sendV10 } from './push-calls.ts'
import { startReceiver } from './receiver.ts'

const stuckTasks = 150
const bobsTasks = 20
/** A task of the agent Calculator. */
const eventsPerTask = 4

test('receivers of one caller that never answer keep nobody else waiting', async t => {
  const env = { ...local, A2A_AUTH_TOKENS: twoTokens, A2A_PUSH_TIMEOUT_SECONDS: '30' }
  await using platform = await startPlatform({ env })
  await using stuck = await startReceiver(() => undefined)
  const arrived = new Map<string, number>()
  await using receiver = await startReceiver((response, { headers }) => {
    arrived.set(String(headers['webhook-id']), performance.now())
    response.writeHead(204).end()
  })
  const send = async (url: string, headers: Record<string, string>): Promise<string> => {
    const { result } = await platform.rpc('SendMessage', sendV10('Calculator', { url }, 'Calculate 1 + 1'), headers)
    return result.task.id
  }
  await Promise.all(Array.from({ length: stuckTasks }, () => send(`${stuck.url}/`, alice)))
  const held = async () => {
    const sql = 'select count(*)::int as n from push_configs where lease_token is not null'
    return (await query<RpcBody>(platform.database, sql))[0].n
  }
  await waitUntil('all senders that she may have are stuck', async () => (await held()) === limits.pushSenders / 2)

  const sent = await Promise.all(
    Array.from({ length: bobsTasks }, async () => {
      const from = performance.now()
      return { id: await send(`${receiver.url}/`, bob), from }
    }),
  )
  await waitUntil('all of his are told', () => arrived.size === bobsTasks * eventsPerTask)
  const waits = sent
    .map(({ id, from }) => (arrived.get(`${id}_${eventsPerTask}`) ?? Number.POSITIVE_INFINITY) - from)
    .sort((one, other) => one - other)
  const p95 = waits[Math.floor(waits.length * 0.95)] ?? Number.POSITIVE_INFINITY
  t.diagnostic(`p95 ${Math.round(p95)} ms`)
  assert.ok(p95 < 20_000, `p95 ${p95} ms`)
  assert.ok((await held()) <= limits.pushSenders / 2)
})

test('a host that fails for one caller is not left alone for another', async () => {
  await using receiver = await startReceiver((response, { path }) =>
    response.writeHead(path === '/bad' ? 500 : 204).end(),
  )
  const env = { ...local, A2A_AUTH_TOKENS: twoTokens, A2A_PUSH_RETRY_SECONDS: '3600' }
  await using platform = await startPlatform({ env })
  const send = (path: string, headers: Record<string, string>) =>
    platform.rpc('SendMessage', sendV10('Calculator', { url: receiver.url + path }, 'Calculate 1 + 1'), headers)
  await Promise.all(Array.from({ length: 2 * limits.pushBreakerFailures }, () => send('/bad', alice)))
  await receiver.at('/bad', limits.pushBreakerFailures)
  const from = performance.now()
  await send('/good', bob)
  await receiver.at('/good', eventsPerTask)
  assert.ok(performance.now() - from < limits.pushBreakerMs * 0.6)
})
