import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  type Span as OtelSpan,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Logger } from '../logger.ts'
import { version } from '../version.ts'
import { type Collected, createExporter } from './exporter.ts'
import { createSampler } from './sampler.ts'
import { type Attributes, noSpan, type RequestSpan, type Span, type SpanOptions, type Tracer } from './tracer.ts'

/** Spans that wait to be sent; further ones are dropped, so that a collector that is away costs memory of this bound. */
const queuedSpans = 4_096
const spansPerExport = 512
const exportEveryMs = 1_000

const kinds = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT } as const

/**
 * Traces through the SDK of OpenTelemetry, to an OTLP collector. Loaded only when an endpoint is configured. Nothing is
 * registered globally, and what is configured is told to the SDK, which need not read the environment.
 */
export function createOpenTelemetryTracer(config: Collected, log: Logger): Tracer {
  const exporter = createExporter(config, log)
  const processor = new BatchSpanProcessor({
    exporter,
    maxQueueSize: queuedSpans,
    maxExportBatchSize: spansPerExport,
    scheduledDelayMillis: exportEveryMs,
    exportTimeoutMillis: exporter.timeoutMs,
  })
  const provider = new TracerProvider({
    sampler: createSampler(config.sampler),
    resource: resourceFromAttributes({
      'service.version': version,
      ...Object.fromEntries(config.resource),
      'service.name': config.serviceName,
    }),
    spanProcessors: [processor],
  })
  return new OpenTelemetryTracer(provider.getTracer('codetether', version), () => provider.shutdown())
}

class OpenTelemetryTracer implements Tracer {
  readonly enabled = true
  readonly #tracer: OtelTracer
  readonly #shutdown: () => Promise<void>
  readonly #current = new AsyncLocalStorage<Context>()
  readonly #propagator = new W3CTraceContextPropagator()

  constructor(tracer: OtelTracer, shutdown: () => Promise<void>) {
    this.#tracer = tracer
    this.#shutdown = shutdown
  }

  async trace<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
    const parent = this.#current.getStore() ?? (options.root ? ROOT_CONTEXT : null)
    if (!parent) return work(noSpan)
    const span = this.#start(name, options, parent)
    try {
      return await this.#current.run(trace.setSpan(parent, span), () => work(toSpan(span)))
    } catch (error) {
      fail(span, wordFor(error))
      throw error
    } finally {
      span.end()
    }
  }

  begin(name: string, options: SpanOptions, headers: object): RequestSpan {
    const parent = this.#propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter)
    const span = this.#start(name, options, parent)
    const context = trace.setSpan(parent, span)
    return {
      ...toSpan(span),
      within: work => this.#current.run(context, work),
      end: () => span.end(),
    }
  }

  annotate(attributes: Attributes): void {
    const context = this.#current.getStore()
    if (context) trace.getSpan(context)?.setAttributes(attributes)
  }

  headers(): Record<string, string> {
    const carrier: Record<string, string> = {}
    this.#propagator.inject(this.#current.getStore() ?? ROOT_CONTEXT, carrier, defaultTextMapSetter)
    return carrier
  }

  #start(name: string, { kind = 'internal', attributes = {} }: SpanOptions, parent: Context): OtelSpan {
    return this.#tracer.startSpan(name, { kind: kinds[kind], attributes }, parent)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What cannot be sent is lost, and the exporter has said so.
    await this.#shutdown().catch(() => undefined)
  }
}

const toSpan = (span: OtelSpan): Span => {
  const { traceId, spanId } = span.spanContext()
  return {
    ids: { traceId, spanId },
    rename: name => void span.updateName(name),
    set: (attributes: Attributes) => void span.setAttributes(attributes),
    fail: (reason: string) => fail(span, reason),
  }
}

const fail = (span: OtelSpan, reason: string): void => {
  span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', reason)
}

/** The code or the class of an error. Its message may hold what a caller wrote. */
const wordFor = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
