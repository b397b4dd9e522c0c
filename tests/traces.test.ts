import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { test } from 'node:test'
import { createLogger } from '@codetether/server/logger'
import { testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { type Collector, type SeenSpan, startCollector } from './collector.ts'
import { agentOf } from './doors/support.ts'

// Before the server is loaded, to see what it loads.
const loaded: string[] = []
registerHooks({
  load(url, context, next) {
    loaded.push(url)
    return next(url, context)
  },
})
const { configOf, message, rpc, startPlatform } = await import('./platform.ts')
const { startServer } = await import('@codetether/server/main')

const ofOpenTelemetry = () => loaded.filter(url => url.includes('/@opentelemetry/'))
const traceId = '0af7651916cd43dd8448eb211c80319c'
const callerSpan = 'b7ad6b7169203331'
const traceparent = `00-${traceId}-${callerSpan}-01`

const traced = ({ url }: Collector) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SERVICE_NAME: 'tested' })

/** The only span of that name. */
function only(spans: readonly SeenSpan[], name: string): SeenSpan {
  const found = spans.filter(span => span.name === name)
  assert.equal(found.length, 1, `${name} among ${spans.map(span => span.name)}`)
  return found[0] ?? assert.fail()
}

test('without a collector nothing of OpenTelemetry is loaded', async () => {
  await using platform = await startPlatform()
  await platform.rpc('message/send', message('hi'), { traceparent })
  assert.ok(loaded.some(url => url.includes('/fastify/')))
  assert.deepEqual(ofOpenTelemetry(), [])
})

test('a request, its call, its transactions and the run of its agent are one trace, that of the caller', async () => {
  await using collector = await startCollector()
  const agents = [agentOf((_message, ctx) => ctx.reply('done'))]
  let taskId = ''
  {
    await using platform = await startPlatform({ agents, env: traced(collector) })
    const { result } = await platform.rpc('message/send', message('hi'), { traceparent, tracestate: 'vendor=1' })
    taskId = result.id
    assert.equal(result.status.state, 'completed')
  }
  assert.ok(ofOpenTelemetry().length > 0)
  const spans = collector.spans.filter(span => span.traceId === traceId)
  const server = only(spans, 'POST /')
  assert.equal(server.parentSpanId, callerSpan)
  assert.equal(server.kind, 2)
  assert.equal(server.attributes['http.request.method'], 'POST')
  assert.equal(server.attributes['http.route'], '/')
  assert.equal(Number(server.attributes['http.response.status_code']), 200)
  const call = only(spans, 'A2A message/send')
  assert.equal(call.parentSpanId, server.spanId)
  assert.equal(call.attributes['a2a.version'], '0.3')
  assert.equal(call.attributes['a2a.task.id'], taskId)
  assert.equal(only(spans, 'group commit').parentSpanId, call.spanId)
  const run = only(spans, 'invoke_agent Prober')
  assert.equal(run.attributes['a2a.task.id'], taskId)
  const parents = new Set(spans.map(span => span.spanId))
  for (const { name, parentSpanId } of spans)
    assert.ok(parents.has(parentSpanId) || name === 'POST /', `${name} has its parent in the trace`)
  assert.ok(spans.some(({ name, parentSpanId }) => name === 'transaction write' && parentSpanId === run.spanId))
  assert.ok(
    collector.spans.every(span => span.traceId === traceId),
    'housekeeping is not traced',
  )
  assert.equal(collector.resources[0]?.['service.name'], 'tested')
  assert.equal(collector.requests[0]?.path, '/v1/traces')
})

test('spans of failures say so by a code, and hold nothing of the message', async () => {
  await using collector = await startCollector()
  const agents = [agentOf(() => Promise.reject(new TypeError('the secret reason')))]
  {
    await using platform = await startPlatform({ agents, env: traced(collector) })
    await platform.rpc('message/send', message('the secret text'))
    await platform.rpc('secret/method', {})
    await fetch(`${platform.url}/nowhere`)
  }
  const run = only(collector.spans, 'invoke_agent Prober')
  assert.deepEqual([run.status, run.attributes['error.type']], [2, 'TypeError'])
  const call = only(collector.spans, 'A2A unknown')
  assert.deepEqual([call.status, call.attributes['error.type']], [2, 'METHOD_NOT_FOUND'])
  assert.equal(only(collector.spans, 'GET').status, 0, 'an error of the caller is none of the server')
  assert.doesNotMatch(JSON.stringify(collector.spans), /secret/)
})

test('the sampler and the decision of the caller are heeded, and headers for the collector sent', async () => {
  await using collector = await startCollector()
  {
    const headers = 'x-key=a%20b,x-other=c'
    await using platform = await startPlatform({ env: { ...traced(collector), OTEL_EXPORTER_OTLP_HEADERS: headers } })
    await platform.rpc('tasks/list', {}, { traceparent: traceparent.replace(/01$/, '00') })
    await platform.rpc('tasks/list', {}, { traceparent: 'not a traceparent' })
  }
  assert.equal(only(collector.spans, 'A2A tasks/list').traceId === traceId, false)
  assert.equal(collector.requests[0]?.headers['x-key'], 'a b')
  const before = collector.spans.length
  {
    await using platform = await startPlatform({ env: { ...traced(collector), OTEL_TRACES_SAMPLER: 'always_off' } })
    await platform.rpc('tasks/list', {}, { traceparent })
  }
  assert.equal(collector.spans.length, before)
})

test('the lines of a request and of the run that it starts have the ids of the request and of its trace', async () => {
  await using collector = await startCollector()
  await using database = await testDatabase()
  const lines: Record<string, unknown>[] = []
  const log = createLogger({
    level: 'debug',
    format: 'json',
    stream: { write: text => void lines.push(JSON.parse(text)) },
  })
  const agents = [agentOf(() => Promise.reject(new Error('broken')))]
  await using server = await startServer(configOf(database, traced(collector)), log, { agents })
  await rpc(server.url, {
    method: 'message/send',
    params: message('hi'),
    headers: { traceparent, 'x-request-id': 'r-1' },
  })
  await waitUntil('the request is logged', () => lines.some(line => line.msg === 'request'))
  const own = lines.filter(line => line.reqId === 'r-1')
  assert.ok(own.some(line => line.msg === 'request'))
  assert.ok(
    own.some(line => line.agent === 'Prober'),
    'the failure of the agent',
  )
  assert.ok(own.every(line => line.traceId === traceId && typeof line.spanId === 'string'))
  assert.ok(lines.some(line => line.msg === 'server is ready' && line.reqId === undefined))
})

test('a collector that is away or never answers harms no request and no stop', async () => {
  await using silent = await startCollector({ silent: true })
  for (const url of ['http://127.0.0.1:9', silent.url]) {
    await using platform = await startPlatform({ env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url } })
    const { result } = await platform.rpc('message/send', message('Calculate 1 + 1'))
    assert.equal(result.status.state, 'completed')
  }
})
