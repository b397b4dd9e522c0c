import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { withConnection } from '@codetether/server/db/connect'
import { testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { agentOf, alice, sayRaw, twoTokens } from './doors/support.ts'
import { readExposition, type Scrape } from './exposition.ts'
import { message, type Platform, startPlatform } from './platform.ts'

async function scrape({ url }: Platform, headers: Record<string, string> = {}): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`, { headers })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  return readExposition(await response.text())
}

/** A request counts when its connection has let go of the answer: a moment after the client has it. */
const scrapeUntil = (platform: Platform, what: string, holds: (scrape: Scrape) => boolean): Promise<Scrape> =>
  waitUntil(what, async () => {
    const seen = await scrape(platform)
    return holds(seen) ? seen : null
  })

const requests = 'codetether_http_requests_total'
const seconds = 'codetether_http_request_duration_seconds_count'
const calls = 'codetether_rpc_calls_total'

test('requests and calls are counted exactly, by route, method, status, version and outcome', async () => {
  await using platform = await startPlatform()
  const rpcRoute = { route: '/', method: 'POST', status: '2xx' }
  for (let n = 0; n < 5; n++) await platform.rpc('message/send', message('Calculate 1 + 1'))
  await platform.rpc('SendMessage', { message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'hi' }] } })
  await platform.rpc('tasks/get', { id: 'nowhere' })
  await fetch(`${platform.url}/agents`)
  await fetch(`${platform.url}/agents?page=2`)
  await fetch(platform.url, { method: 'POST', body: 'x' })
  const seen = await scrapeUntil(
    platform,
    'all requests are counted',
    now => now.value(requests, rpcRoute) === 7 && now.value(requests, { ...rpcRoute, status: '4xx' }) === 1,
  )
  assert.equal(seen.value(seconds, rpcRoute), 7)
  assert.equal(seen.value(requests, { route: '/agents', method: 'GET', status: '2xx' }), 2)
  assert.equal(seen.value(calls, { method: 'message/send', version: '0.3', code: 'OK' }), 5)
  assert.equal(seen.value(calls, { method: 'SendMessage', version: '1.0', code: 'OK' }), 1)
  assert.equal(seen.sum(calls, { method: 'tasks/get', code: 'OK' }), 0)
  assert.equal(seen.sum(calls, { method: 'tasks/get', version: '0.3' }), 1)
  assert.equal(seen.sum(calls), 7)
  assert.equal(seen.sum('codetether_rpc_call_duration_seconds_count'), 7)
  assert.equal(seen.value('codetether_commit_group_tasks_total'), 6)
  assert.ok(seen.value('codetether_commit_groups_total') >= 1)
  assert.equal(seen.value('codetether_agent_run_duration_seconds_count', { agent: 'Calculator', outcome: 'ok' }), 5)
})

test('whatever callers send, no label takes its text from them', async () => {
  await using platform = await startPlatform()
  const before = await scrape(platform)
  for (let n = 0; n < 20; n++) {
    await fetch(`${platform.url}/secret-${n}?key=secret`)
    await fetch(`${platform.url}/tasks/secret-${n}`, { method: 'DELETE' })
    await platform.rpc(`secret/${n}`, {})
    await platform.rpc('message/send', message('hi', { metadata: { agent: `secret-${n}` } }), {
      'a2a-version': `9.${n}`,
    })
    await platform.rpc('message/send', message('hi', { contextId: `secret-${n}` }))
  }
  await sayRaw(platform.url, 'PROPFIND /secret HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  await sayRaw(platform.url, 'GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  const seen = await scrapeUntil(
    platform,
    'all requests are counted',
    now => now.sum(requests, { route: 'unknown' }) === 42 && now.sum(requests, { route: '/' }) === 60,
  )
  assert.equal(seen.sum(calls, { method: 'unknown', code: 'METHOD_NOT_FOUND' }), 20)
  assert.equal(seen.sum(calls, { version: 'unknown', code: 'VERSION_NOT_SUPPORTED' }), 20)
  for (const label of ['route', 'method', 'version', 'code', 'agent']) {
    const values = [...seen.labelValues(label)]
    assert.ok(
      values.every(value => !value.includes('secret')),
      `${label}: ${values}`,
    )
    assert.ok(values.length <= before.labelValues(label).size + 6, `${label}: ${values}`)
  }
})

test('open streams and their frames are counted, and a stream is no slow request', async () => {
  const go = Promise.withResolvers<void>()
  await using platform = await startPlatform({
    agents: [agentOf((_message, ctx) => go.promise.then(() => ctx.reply('done')))],
  })
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'message/stream', params: message('wait') })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(platform.url, { method: 'POST', headers, body })
  const open = await scrape(platform)
  assert.equal(open.value('codetether_streams_open'), 1)
  assert.equal(open.value('codetether_tasks_running'), 1)
  go.resolve()
  const frames = (await response.text()).split('\n').filter(line => line.startsWith('data: ')).length
  const route = { route: '/', method: 'POST', status: '2xx' }
  const seen = await scrapeUntil(platform, 'the stream is counted', now => now.value(requests, route) === 1)
  assert.equal(seen.value('codetether_streams_open'), 0)
  assert.equal(seen.value('codetether_stream_frames_total'), frames)
  assert.equal(seen.value(seconds, route), 0)
  assert.equal(seen.value(calls, { method: 'message/stream', version: '0.3', code: 'OK' }), 1)
})

const states = ['completed', 'working', 'submitted']
// Half of those that wait are ready for workers, and have waited for longer.
const manyTasks = `
  insert into tasks (tenant_id, id, principal, context_id, agent, routing, wire_version, state, status_seq, last_seq,
    generation, status_at, lease_owner, lease_until, lane)
  select '00000000-0000-7000-8000-000000000001', uuidv7(), 'local', 'c', case n % 4 when 0 then 'Elsewhere' else 'Echo' end,
    'fallback', '0.3', ($1::text[])[n % 3 + 1], 1, 1, 1, now() - make_interval(secs => case n % 6 when 5 then 3600 else n % 100 end),
    case n % 3 when 1 then gen_random_uuid() end, case when n % 6 < 5 then now() + interval '1 hour' end,
    case n % 6 when 5 then 1 end
  from generate_series(1, 3000) as n`

test('tasks and the queue come from the database, in one question for all who scrape at once', async () => {
  await using database = await testDatabase()
  await withConnection(database.admin, client => client.query(manyTasks, [states]))
  await using platform = await startPlatform({ database, agents: [] })
  const all = await Promise.all(Array.from({ length: 50 }, () => scrape(platform)))
  for (const seen of all) {
    assert.equal(seen.value('codetether_tasks', { agent: 'Echo', state: 'completed' }), 750)
    assert.equal(seen.value('codetether_tasks', { agent: 'other', state: 'working' }), 250)
    assert.equal(seen.value('codetether_tasks', { agent: 'Echo', state: 'failed' }), 0)
    assert.equal(seen.sum('codetether_tasks'), 3000)
    assert.equal(seen.value('codetether_queue_tasks'), 1000)
    assert.ok(seen.value('codetether_queue_oldest_age_seconds') >= 3600)
    assert.equal(seen.value('codetether_database_up'), 1)
  }
  // Beside the one question there are only the jobs of a server that has just started.
  const system = { kind: 'system' }
  const asked = (await scrape(platform)).sum('codetether_database_transaction_duration_seconds_count', system)
  assert.ok(asked < 40, `${asked} transactions`)
})

test('metrics are for the owner of a loopback server, and else for tokens: one of them for nothing else', async () => {
  await using platform = await startPlatform({
    env: { A2A_AUTH_TOKENS: twoTokens, A2A_METRICS_TOKEN: 'scraper-token' },
  })
  const status = async (path: string, headers: Record<string, string>) =>
    (await fetch(platform.url + path, { headers })).status
  const scraper = { authorization: 'Bearer scraper-token' }
  assert.equal(await status('/metrics', {}), 401)
  assert.equal(await status('/metrics', { authorization: 'Bearer another-token' }), 401)
  assert.equal(await status('/metrics', alice), 200)
  assert.equal(await status('/metrics', scraper), 200)
  assert.equal(await status('/agents', scraper), 403)
  assert.equal(await status('/health/detail', scraper), 403)
  const { error } = await platform.rpc('message/send', message('hi'), scraper)
  assert.equal(error.code, -31403)
})

test('two servers in one process count for themselves', async () => {
  await using one = await startPlatform()
  await using two = await startPlatform()
  await one.rpc('message/send', message('hi'))
  await scrapeUntil(one, 'the call is counted', now => now.sum(calls) === 1)
  assert.equal((await scrape(two)).sum(calls), 0)
})

test('the process is described, and docs/operations.md lists every metric with its type', async () => {
  await using platform = await startPlatform()
  await scrape(platform)
  const seen = await scrape(platform)
  assert.ok(seen.value('process_cpu_seconds_total') > 0)
  assert.ok(seen.value('process_resident_memory_bytes') > 2 ** 20)
  assert.ok(Math.abs(seen.value('process_start_time_seconds') - performance.timeOrigin / 1000) < 1)
  assert.ok(seen.value('codetether_database_connections', { pool: 'system' }) >= 1)
  assert.ok(seen.sum('codetether_database_pool_wait_seconds_count', { pool: 'system' }) >= 1)
  const ratio = seen.value('nodejs_eventloop_utilization_ratio')
  assert.ok(ratio >= 0 && ratio <= 1)
  assert.ok(seen.value('nodejs_eventloop_lag_p50_seconds') <= seen.value('nodejs_eventloop_lag_max_seconds'))
  const page = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z0-9_]+)` \| (counter|gauge|histogram) \|/gm)]
  const listed = rows.map(([, name, type]) => [name, type])
  assert.deepEqual(listed.sort(), [...seen.families].sort(), 'the table in docs/operations.md is stale')
})
