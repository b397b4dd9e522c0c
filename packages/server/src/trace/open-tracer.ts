import type { Config } from '../config/config.ts'
import type { Logger } from '../logger.ts'
import { noTracer, type Tracer } from './tracer.ts'

/** The tracer that the configuration asks for. Without a collector nothing of OpenTelemetry is loaded. */
export async function openTracer({ traces }: Pick<Config, 'traces'>, log: Logger): Promise<Tracer> {
  const { url } = traces
  if (url === null) return noTracer
  const { createOpenTelemetryTracer } = await import('./open-telemetry.ts')
  return createOpenTelemetryTracer({ ...traces, url }, log)
}
