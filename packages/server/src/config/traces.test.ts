import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from './load-config.ts'

const traces = (variables: Record<string, string>) => loadConfig(variables).config.traces
const base = 'OTEL_EXPORTER_OTLP_ENDPOINT'

test('the endpoint of all signals is a base, that of the traces is used as it is', () => {
  assert.equal(traces({}).url, null)
  assert.equal(traces({ [base]: 'http://collector:4318/' }).url, 'http://collector:4318/v1/traces')
  const own = { [base]: 'http://collector:4318', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/otlp' }
  assert.equal(traces(own).url, 'https://traces.example/otlp')
  assert.equal(traces({ ...own, OTEL_SDK_DISABLED: 'true' }).url, null)
})

test('headers and attributes are lists of pairs with encoded values, and headers are secret', () => {
  const variables = {
    [base]: 'http://collector:4318',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc=, x-team = a',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  }
  const { config, settings } = loadConfig(variables)
  assert.deepEqual(
    [...config.traces.headers],
    [
      ['authorization', 'Bearer abc='],
      ['x-team', 'a'],
    ],
  )
  assert.deepEqual([...config.traces.resource], [['deployment.environment.name', 'test']])
  assert.doesNotMatch(JSON.stringify(settings), /abc/)
  for (const wrong of ['nothing', '=x', 'a=%zz'])
    assert.throws(() => loadConfig({ OTEL_EXPORTER_OTLP_HEADERS: wrong }), /OTEL_EXPORTER_OTLP_HEADERS must look like/)
})

test('what cannot be done refuses the start', () => {
  const grpc = { [base]: 'http://collector:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }
  assert.throws(() => loadConfig(grpc), /OTEL_EXPORTER_OTLP_PROTOCOL is grpc, but spans are sent over HTTP/)
  assert.equal(traces({ ...grpc, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' }).protocol, 'grpc')
  assert.equal(traces({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }).url, null, 'a variable for others harms nothing')
  assert.throws(() => loadConfig({ OTEL_TRACES_SAMPLER: 'jaeger_remote' }), /must be one of always_on/)
  for (const ratio of ['1.1', '-1', 'x'])
    assert.throws(() => loadConfig({ OTEL_TRACES_SAMPLER_ARG: ratio }), /from 0 to 1/)
  assert.equal(traces({ OTEL_TRACES_SAMPLER_ARG: '0.25' }).sampler.ratio, 0.25)
})

test('a token for metrics needs tokens of callers, or it protects nothing', () => {
  const name = 'A2A_METRICS_TOKEN'
  assert.throws(() => loadConfig({ [name]: 'scraper-token' }), /set without A2A_AUTH_TOKENS/)
  assert.throws(() => loadConfig({ [name]: 'short', A2A_AUTH_TOKENS: 'a:long-enough-token' }), /at least 8 characters/)
  const { config, settings } = loadConfig({ [name]: 'scraper-token', A2A_AUTH_TOKENS: 'a:long-enough-token' })
  assert.equal(config.auth.metricsToken, 'scraper-token')
  assert.doesNotMatch(JSON.stringify(settings), /scraper-token/)
})
