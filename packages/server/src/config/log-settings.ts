import { z } from 'zod'
import { logFormats } from './config.ts'
import { list, masked, settingFacts } from './setting-facts.ts'
import * as type from './setting-types.ts'

/** What the server says of what it does. */
export const logSettings = {
  logLevel: type.logLevel.default('info').register(settingFacts, {
    group: 'Logs',
    env: ['A2A_LOG_LEVEL'],
    flag: '--log-level',
    description: 'trace, debug, info, warn, error, fatal or silent.',
    show: config => config.log.level,
  }),
  logFormat: z
    .enum(logFormats, { error: 'must be json or pretty' })
    .optional()
    .register(settingFacts, {
      group: 'Logs',
      env: ['A2A_LOG_FORMAT'],
      flag: '--log-format',
      description: 'json or pretty.',
      unset: 'pretty on a terminal, else json',
      show: config => config.log.format,
    }),
  otlpEndpoint: type.webUrl.optional().register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    description: 'Base URL of an OpenTelemetry collector; spans are posted to /v1/traces below it as OTLP in JSON.',
    unset: 'nothing is traced',
    show: config => config.traces.endpoint,
  }),
  otlpTracesEndpoint: type.webUrl.optional().register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
    description: 'The URL to which spans are posted, if it is not /v1/traces below OTEL_EXPORTER_OTLP_ENDPOINT.',
    show: config => config.traces.tracesEndpoint,
  }),
  otlpHeaders: type.pairs.optional().register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_EXPORTER_OTLP_HEADERS'],
    description: 'Headers for the collector, name=value,name2=value2, values percent-encoded.',
    secret: true,
    show: config => masked(config.traces.headers.keys()),
  }),
  otlpTracesHeaders: type.pairs.optional().register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_EXPORTER_OTLP_TRACES_HEADERS'],
    description: 'The same for traces only; they win over those of OTEL_EXPORTER_OTLP_HEADERS.',
    secret: true,
    show: config => masked(config.traces.tracesHeaders?.keys()),
  }),
  otlpProtocol: type.otlpProtocol.default('http/json').register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_EXPORTER_OTLP_PROTOCOL'],
    description: 'http/json; http/protobuf means JSON too, which collectors take at the same URL. There is no gRPC.',
    show: config => config.traces.protocol,
  }),
  otlpTracesProtocol: type.otlpProtocol.optional().register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'],
    description: 'The same for traces only.',
    show: config => config.traces.tracesProtocol,
  }),
  otelTracesExporter: z
    .enum(['otlp', 'none'], { error: 'must be otlp or none' })
    .default('otlp')
    .register(settingFacts, {
      group: 'Traces',
      env: ['OTEL_TRACES_EXPORTER'],
      description: 'none: nothing is traced.',
      show: config => config.traces.exporter,
    }),
  otelDisabled: type.flagWord.default(false).register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_SDK_DISABLED'],
    description: 'true: nothing is traced.',
    show: config => String(config.traces.disabled),
  }),
  otelServiceName: type
    .text(255)
    .default('codetether')
    .register(settingFacts, {
      group: 'Traces',
      env: ['OTEL_SERVICE_NAME'],
      description: 'The name of this service in traces.',
      show: config => config.traces.serviceName,
    }),
  otelResource: type.pairs.optional().register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_RESOURCE_ATTRIBUTES'],
    description: 'Further attributes of this service in traces, name=value,name2=value2.',
    show: config => list([...config.traces.resource].map(([name, value]) => `${name}=${value}`)),
  }),
  otelSampler: type.samplerName.default('parentbased_always_on').register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_TRACES_SAMPLER'],
    description:
      'Which requests are traced. The parentbased_ ones follow the decision of a caller that sends traceparent.',
    show: config => config.traces.sampler.name,
  }),
  otelSamplerRatio: type.ratio.default(1).register(settingFacts, {
    group: 'Traces',
    env: ['OTEL_TRACES_SAMPLER_ARG'],
    description: 'The part of the traces that the samplers with traceidratio keep, from 0 to 1.',
    show: config => String(config.traces.sampler.ratio),
  }),
}
