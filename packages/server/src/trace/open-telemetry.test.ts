import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../config/load-config.ts'
import { createLogger } from '../logger.ts'
import { openTracer } from './open-tracer.ts'
import { noTracer } from './tracer.ts'

const log = createLogger({ level: 'silent', format: 'json' })
const tracerOf = (variables: Record<string, string>) => openTracer(loadConfig(variables).config, log)
const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'

test('without an endpoint, or when it is disabled, there is no tracer', async () => {
  assert.equal(await tracerOf({}), noTracer)
  assert.equal(await tracerOf({ ...collector, OTEL_SDK_DISABLED: 'true' }), noTracer)
  assert.equal(await tracerOf({ ...collector, OTEL_TRACES_EXPORTER: 'none' }), noTracer)
})

test('calls to other servers continue the trace, with the decision of the caller', async () => {
  await using tracer = await tracerOf(collector)
  const request = tracer.begin('POST /', { kind: 'server' }, { traceparent, tracestate: 'vendor=1' })
  const { traceId, spanId } = request.ids ?? assert.fail()
  assert.equal(traceId, '0af7651916cd43dd8448eb211c80319c')
  assert.notEqual(spanId, 'b7ad6b7169203331')
  const inside = await request.within(async () => tracer.headers())
  assert.deepEqual(inside, { traceparent: `00-${traceId}-${spanId}-00`, tracestate: 'vendor=1' })
  assert.deepEqual(tracer.headers(), {})
  request.end()
})

test('work without a request is traced only if it asks for it', async () => {
  await using tracer = await tracerOf(collector)
  assert.equal(await tracer.trace('work', {}, async span => span.ids), null)
  assert.notEqual(await tracer.trace('work', { root: true }, async span => span.ids), null)
})

test('two tracers in one process do not see each other’s spans', async () => {
  await using one = await tracerOf({ ...collector, OTEL_TRACES_SAMPLER: 'always_off' })
  await using two = await tracerOf({ ...collector, OTEL_TRACES_SAMPLER: 'always_off' })
  const seen = await one.trace('work', { root: true }, () => two.trace('other', {}, async span => span.ids))
  assert.equal(seen, null)
})

test('nothing is traced by the tracer that does nothing, and work is done all the same', async () => {
  assert.equal(await noTracer.trace('work', { root: true }, async span => span.ids?.traceId ?? 'done'), 'done')
  assert.deepEqual(noTracer.headers(), {})
})
