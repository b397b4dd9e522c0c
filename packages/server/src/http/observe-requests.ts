import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { withLogFields } from '../logger.ts'
import type {} from './fastify-types.ts'

/** Methods that appear by their names, in metrics and traces. Node knows dozens. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** A path is what its caller wrote, and each span of it waits in memory. */
const mostPathChars = 256

/** A request as metrics and traces name it: never by its path, which callers choose. */
const nameOf = ({ routeOptions, method, is404 }: FastifyRequest) => ({
  route: (!is404 && (routeOptions.config.path ?? routeOptions.url)) || 'unknown',
  method: methods.has(method) ? method : 'other',
})

/**
 * Counts and times requests, makes their spans, and names them on the log lines of what happens for them. Called first,
 * and before there are routes: a request that a later hook refuses counts too.
 */
export function observeRequests(app: FastifyInstance, ctx: Context): void {
  app.decorateRequest('span', null)
  app.decorateRequest('isStream', false)
  app.addHook('onRequest', (request, reply, done) => {
    observeRequest(ctx, request, reply)
    withinRequest(request, done)
  })
  // A body is read outside of what was around the request.
  app.addHook('preValidation', (request, _reply, done) => withinRequest(request, done))
}

/** The same for one that never comes to the hooks. */
export function observeRequest(ctx: Context, request: FastifyRequest, reply: FastifyReply): void {
  const { route, method } = nameOf(request)
  const started = performance.now()
  request.span = ctx.tracer.enabled
    ? ctx.tracer.begin(
        route === 'unknown' ? method : `${method} ${route}`,
        { kind: 'server', attributes: attributesOf(request, route) },
        request.headers,
      )
    : null
  reply.raw.once('close', () => ended(ctx, request, reply, performance.now() - started))
}

/** Runs what belongs to a request, with its ids on each line of the log. */
export function withinRequest<T>({ id, span }: FastifyRequest, work: () => T): T {
  if (!span) return withLogFields({ reqId: id }, work)
  return span.within(() => withLogFields({ reqId: id, ...span.ids }, work))
}

/** The conventions of OpenTelemetry for HTTP servers. The path is the caller's text, which belongs in traces. */
const attributesOf = ({ method, url, protocol }: FastifyRequest, route: string) => ({
  'http.request.method': methods.has(method) ? method : '_OTHER',
  'url.path': (url.split('?')[0] ?? '').slice(0, mostPathChars),
  'url.scheme': protocol,
  ...(route !== 'unknown' && { 'http.route': route }),
})

function ended({ metrics }: Context, request: FastifyRequest, { raw }: FastifyReply, ms: number): void {
  const { span, isStream } = request
  const status = raw.headersSent ? `${Math.floor(raw.statusCode / 100)}xx` : 'aborted'
  const labels = { ...nameOf(request), status }
  metrics.httpRequests.add(labels)
  if (!isStream) metrics.httpSeconds.observe(labels, ms / 1000)
  if (!span) return
  if (raw.headersSent) span.set({ 'http.response.status_code': raw.statusCode })
  if (status === 'aborted' || raw.statusCode >= 500) span.fail(status === 'aborted' ? status : String(raw.statusCode))
  span.end()
}
