import { limits } from '@codetether/protocol/limits'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { TracesConfig } from '../config/config.ts'
import type { Logger } from '../logger.ts'

/** One attempt and its retries. The last export belongs to the stop, whose grace has to last for all of it. */
const timeoutMs = limits.gracefulStopMs / 4
/** A collector that is away is worth a line now and then, not one for each batch. */
const complainEveryMs = 60_000

/** The settings of somebody who has a collector. */
export type Collected = TracesConfig & { readonly url: string }

/** Sends spans as OTLP over HTTP in JSON, and says in the log when it cannot. */
export function createExporter(
  { url, headers, tracesHeaders = new Map() }: Collected,
  log: Logger,
): SpanExporter & { timeoutMs: number } {
  const exporter = new OTLPTraceExporter({
    url,
    headers: Object.fromEntries([...headers, ...tracesHeaders]),
    timeoutMillis: timeoutMs,
    concurrencyLimit: 4,
    // Said here, or the exporter would look into the environment for it.
    httpAgentOptions: { keepAlive: true },
  })
  let complainedAt = Number.NEGATIVE_INFINITY
  const complain = (spans: number, error: Error | undefined) => {
    if (performance.now() - complainedAt < complainEveryMs) return
    complainedAt = performance.now()
    // The error of the exporter carries the answer of the collector along.
    log.warn({ spans, reason: error?.message }, 'spans could not be sent to the collector')
  }
  return {
    timeoutMs,
    export: (spans, done) =>
      exporter.export(spans, result => {
        if (result.error) complain(spans.length, result.error)
        done(result)
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  }
}
