import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { cardRoutes } from '../a2a/card-routes.ts'
import { extensionRoutes } from '../a2a/extension-routes.ts'
import { jsonRpcRoutes } from '../a2a/json-rpc-routes.ts'
import { restPathOf } from '../a2a/rest/rest-paths.ts'
import { presentRestError, restRoutes } from '../a2a/rest/rest-routes.ts'
import { apiRoutes } from '../api/api-routes.ts'
import { createAuthenticator } from '../auth/authenticate.ts'
import { createWorkerAuthenticator } from '../auth/authenticate-worker.ts'
import { authorize } from '../auth/authorize.ts'
import { checkOrigin } from '../auth/check-origin.ts'
import { logDenial } from '../auth/log-denial.ts'
import type { Context } from '../context.ts'
import { asPlatformError } from '../errors.ts'
import { newId } from '../ids.ts'
import { presentRpcError } from '../present/error.ts'
import { restBase } from '../present/rest-base.ts'
import type { WireVersion } from '../store/tasks.ts'
import { workerRoutes } from '../worker-api/routes.ts'
import { workerTokenIn } from '../worker-token.ts'
import { answerClientError } from './client-errors.ts'
import { addCors } from './cors.ts'
import type {} from './fastify-types.ts'
import { observeRequest, observeRequests, withinRequest } from './observe-requests.ts'
import { refuseAmbiguous } from './refuse-ambiguous.ts'
import { closeSilentConnections } from './silent-connections.ts'
import { pathOf, rejectUnknownRoutes } from './unknown-routes.ts'

const requestIdForm = /^[\w.:-]{1,128}$/

/** Builds the HTTP server: what every request passes, in this order, and then the routes. */
export async function createApp(ctx: Context): Promise<FastifyInstance> {
  const { http } = ctx.config
  // Requests and the start are logged here, in one line each.
  const loggerInstance: FastifyBaseLogger = ctx.log.child({}, { level: 'warn' })
  const app = Fastify({
    loggerInstance,
    // Lines name their request by the fields around them: a logger for each request would live as long as its stream.
    childLoggerFactory: logger => logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.bodyBytes,
    trustProxy: http.trustedProxies.length > 0 ? [...http.trustedProxies] : false,
    // A parameter may be as long as a request line: what is too long is refused by the schema that reads it.
    routerOptions: { maxParamLength: 16 * 1024 },
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    genReqId: ({ headers: { 'x-request-id': given } }) =>
      typeof given === 'string' && requestIdForm.test(given) ? given : newId(),
    // A caller that waits for a task for hours may be gone without a word.
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000, keepAlive: true },
    clientErrorHandler: answerClientError,
    // A path that cannot be decoded has no route, so no hook has run.
    frameworkErrors: (error, request, reply) => {
      observeRequest(ctx, request, reply)
      addCommonHeaders(request, reply)
      sendError(ctx, request, reply, error)
    },
  })
  // Node would leave out the headers beyond its count, those of a proxy perhaps: we refuse, and keep all until then.
  app.server.maxHeadersCount = 0
  closeSilentConnections(app)
  demandPermissions(app)
  observeRequests(app, ctx)
  checkOrigins(app, ctx)
  // Before the credentials are checked: a page has to read that its token is refused.
  addCors(app, ctx.config.auth.header)
  checkCredentials(app, ctx)
  logRequests(app, ctx)
  acceptOnlyJson(app)
  app.setErrorHandler((error: FastifyError, request, reply) => sendError(ctx, request, reply, error))
  rejectUnknownRoutes(app)
  await app.register(jsonRpcRoutes(ctx))
  await app.register(restRoutes(ctx))
  await app.register(cardRoutes(ctx))
  await app.register(extensionRoutes())
  await app.register(apiRoutes(ctx))
  await app.register(workerRoutes(ctx))
  return app
}

function demandPermissions(app: FastifyInstance) {
  app.addHook('onRoute', ({ config, method, url }) => {
    if (!config?.permission) throw new Error(`route ${method} ${url} declares no permission`)
  })
}

function addCommonHeaders({ id }: FastifyRequest, reply: FastifyReply) {
  reply.headers({ 'x-request-id': id, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
}

function checkOrigins(app: FastifyInstance, ctx: Context) {
  app.decorateRequest('origin')
  app.addHook('onRequest', async (request, reply) => {
    addCommonHeaders(request, reply)
    refuseAmbiguous(request.raw)
    request.origin = checkOrigin(request.headers, ctx.config)
  })
}

function checkCredentials(app: FastifyInstance, ctx: Context) {
  const authenticate = createAuthenticator(ctx.config)
  const authenticateWorker = createWorkerAuthenticator(ctx)
  const principalOf = ({ headers, raw }: FastifyRequest) => {
    const workerToken = workerTokenIn(headers, ctx.config.auth.header)
    if (workerToken !== null) return authenticateWorker(workerToken)
    return authenticate({ headers, remoteAddress: raw.socket.remoteAddress })
  }
  app.decorateRequest('principal')
  app.addHook('onRequest', async request => {
    const { permission } = request.routeOptions.config
    if (permission === undefined || permission === 'public') return
    try {
      request.principal = await principalOf(request)
      authorize(request.principal, permission)
    } catch (error) {
      withinRequest(request, () => logDenial(ctx.log, error, request.raw.socket.remoteAddress))
      throw error
    }
  })
}

function logRequests(app: FastifyInstance, ctx: Context) {
  app.addHook('onResponse', async (request, reply) => {
    const line = { req: request, res: reply, ms: Math.round(reply.elapsedTime) }
    withinRequest(request, () => ctx.log.debug(line, 'request'))
  })
}

/** Bodies arrive as bytes: the routes parse them strictly. No other type comes in, which also stops forms of pages. */
function acceptOnlyJson(app: FastifyInstance) {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', 'application/a2a+json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      const encoding = request.headers['content-encoding']
      const isPlain = encoding === undefined || encoding === 'identity'
      done(isPlain ? null : new PlatformError('UNSUPPORTED_MEDIA_TYPE', 'compressed bodies are not accepted'), body)
    },
  )
}

/** The refusals of Fastify itself, in words of the closed list. */
function fromFastify(error: FastifyError): unknown {
  switch (error.statusCode) {
    case 400:
      return new PlatformError('INVALID_REQUEST', 'the request is malformed', { cause: error })
    case 413:
      return new PlatformError('TOO_LARGE', `a body has at most ${limits.bodyBytes} bytes`)
    // A name in the path that is longer than any of ours.
    case 414:
      return new PlatformError('NOT_FOUND', 'there is nothing here')
    case 415:
      return new PlatformError('UNSUPPORTED_MEDIA_TYPE', 'the content type must be application/json')
    case 503:
      return new PlatformError('UNAVAILABLE', 'the server is stopping', { retryAfter: 1 })
    default:
      return error
  }
}

/** Where the token is expected (RFC 9110 §11.6.1). */
const challenge = ({ config: { auth } }: Context): string =>
  auth.header === 'authorization' ? 'Bearer realm="codetether"' : `ApiKey realm="codetether", header="${auth.header}"`

/** `/v1`, but for what is not A2A there. */
const olderPaths = new RegExp(`^(?:${restBase})?/v1(?!/(?:agent|opencode|worker|push|queue)(?:/|$))(?:/|$)`)

/**
 * The version of A2A whose shape an error has where no route says it. What is not there below `/v1` is missed by clients of v0.3; a
 * route that says nothing is our own, also where its path looks like one of theirs.
 */
function versionOfError({ code }: PlatformError, request: FastifyRequest): WireVersion {
  if (!request.is404) return '1.0'
  const path = pathOf(request)
  const served = restPathOf(path)?.version
  if (served) return served
  return code === 'NOT_FOUND' && olderPaths.test(path) ? '0.3' : '1.0'
}

function sendError(ctx: Context, request: FastifyRequest, reply: FastifyReply, thrown: FastifyError | PlatformError) {
  const error = withinRequest(request, () =>
    asPlatformError(thrown instanceof PlatformError ? thrown : fromFastify(thrown), ctx.log),
  )
  if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', challenge(ctx))
  if (error.details.retryAfter !== undefined) reply.header('retry-after', String(error.details.retryAfter))
  const { jsonRpc, rest } = request.routeOptions.config
  const body = jsonRpc
    ? { jsonrpc: '2.0', id: null, error: presentRpcError(error) }
    : presentRestError(error, rest ?? versionOfError(error, request))
  return reply.code(error.httpStatus).type('application/json; charset=utf-8').send(body)
}
