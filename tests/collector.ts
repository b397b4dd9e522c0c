import { once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

/** A span as it arrived, with its attributes by name. */
export interface SeenSpan {
  name: string
  kind: number
  traceId: string
  spanId: string
  parentSpanId: string
  /** 0 unset, 2 error. */
  status: number
  attributes: Record<string, string | number>
}

/** A collector of OpenTelemetry on loopback, which understands OTLP over HTTP in JSON. */
export interface Collector extends AsyncDisposable {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  url: string
  spans: SeenSpan[]
  /** Attributes of the services that have sent something. */
  resources: Record<string, string | number>[]
  /** Paths and headers of the requests. */
  requests: { path: string | undefined; headers: Record<string, unknown> }[]
}

interface Attribute {
  key: string
  value: Record<string, string | number>
}

/** What the tests read of an ExportTraceServiceRequest. */
interface Export {
  resourceSpans: {
    resource: { attributes: Attribute[] }
    scopeSpans: {
      spans: (Omit<SeenSpan, 'attributes' | 'status'> & { attributes: Attribute[]; status?: { code?: number } })[]
    }[]
  }[]
}

const byName = (attributes: readonly Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] ?? '']))

/** Starts one that answers, or with `silent` one that takes everything and never does. */
export async function startCollector({ silent = false } = {}): Promise<Collector> {
  const spans: SeenSpan[] = []
  const resources: Collector['resources'] = []
  const requests: Collector['requests'] = []
  const server = createServer(async (request, response) => {
    requests.push({ path: request.url, headers: request.headers })
    const { resourceSpans } = (await json(request)) as Export
    for (const { resource, scopeSpans } of resourceSpans) {
      resources.push(byName(resource.attributes))
      for (const span of scopeSpans.flatMap(scope => scope.spans))
        spans.push({
          ...span,
          parentSpanId: span.parentSpanId ?? '',
          status: span.status?.code ?? 0,
          attributes: byName(span.attributes),
        })
    }
    if (!silent) response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    resources,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
