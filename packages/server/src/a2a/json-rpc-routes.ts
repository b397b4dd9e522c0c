import { PlatformError } from '@codetether/protocol/errors'
import type { Json } from '@codetether/protocol/json'
import type { RpcId } from '@codetether/protocol/json-rpc'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { asPlatformError } from '../errors.ts'
import type { HostedAgent } from '../present/card-subject.ts'
import { presentRpcError } from '../present/error.ts'
import { parseStrictJson } from '../strict-json/parse-strict-json.ts'
import { activatedHeader } from './extensions.ts'
import { findAgent } from './find-agent.ts'
import { dispatch, idInRefused, idOf, readEnvelope } from './json-rpc.ts'
import { type ObservedCall, observeCall } from './observe-call.ts'
import { openCall } from './open-call.ts'
import { negotiateVersion } from './rules.ts'
import { type FrameWrap, sendStream } from './send-stream.ts'
import { versionOf } from './version-of.ts'

/** Everywhere that the sources put their JSON-RPC endpoint: one handler. */
const paths = ['/', '/v1/a2a', '/a2a/jsonrpc']

/** The codes that travel as an HTTP status too: refusals of the transport, not answers of a method. */
const transportStatuses = new Set([401, 403, 405, 406, 413, 415, 429, 503])

/** JSON-RPC 2.0 over HTTP POST (A2A v0.3 §3.2.1). Errors of methods travel in HTTP 200. */
export const jsonRpcRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const config = { permission: 'agents:read', jsonRpc: true } as const
  for (const url of paths)
    app.post(url, { config }, async (request, reply) => {
      await observeCall(ctx, call => serve(ctx, request, reply, { call, agent: null }))
      return reply
    })

  app.post<{ Params: { agent: string } }>('/agents/:agent', { config }, async (request, reply) => {
    // The router takes `/agents/` for this path too.
    if (request.params.agent === '') return reply.callNotFound()
    const agent = findAgent(ctx, request.params.agent)
    await observeCall(ctx, call => serve(ctx, request, reply, { call, agent }))
    return reply
  })

  app.post('/v1/message/send', { config: { permission: 'public', rest: '0.3' } }, async request => {
    throw new PlatformError(
      'NOT_FOUND',
      'the JSON-RPC endpoint is POST / (also /v1/a2a), with the method message/send',
      {
        metadata: { endpoint: `${request.origin.own}/`, method: 'message/send' },
      },
    )
  })
}

interface At {
  call: ObservedCall
  /** Whose own address it is; null for that of the server. */
  agent: HostedAgent | null
}

async function serve(ctx: Context, request: FastifyRequest, reply: FastifyReply, at: At): Promise<void> {
  const opened = open(request)
  try {
    if (opened.refusal) throw opened.refusal
    await answer(ctx, request, reply, { ...at, body: opened.json })
  } catch (thrown) {
    const error = asPlatformError(thrown, ctx.log)
    at.call.failed(error.code)
    if (transportStatuses.has(error.httpStatus)) reply.code(error.httpStatus)
    if (error.details.retryAfter !== undefined) reply.header('retry-after', String(error.details.retryAfter))
    await reply.send({ jsonrpc: '2.0', id: opened.id, error: presentRpcError(error) })
  }
}

type Opened = { id: RpcId; refusal: PlatformError } | { id: RpcId; refusal?: never; json: Json }

/** Parses the body, and lets go of its bytes: a stream may last for hours. */
function open(request: FastifyRequest): Opened {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  request.body = undefined
  try {
    const json = parseStrictJson(bytes)
    return { id: idOf(json), json }
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    return { id: idInRefused(bytes), refusal: error }
  }
}

async function answer(
  ctx: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  { body, call, agent }: At & { body: Json },
): Promise<void> {
  const envelope = readEnvelope(body)
  const version = negotiateVersion(versionOf(request), envelope.method)
  const { id, method, params } = envelope
  call.read({ binding: 'JSONRPC', version, method, params })
  using resources = new DisposableStack()
  const opened = openCall(ctx, { request, reply, version, agent }, resources)
  // A reply is thenable: what is returned here would be waited for.
  const tell = () => void reply.headers(Object.fromEntries(activatedHeader(opened.extensions, version)))
  const given = await dispatch(envelope, version, opened).finally(tell)
  if (given === null) await reply.code(204).send()
  else if ('result' in given) await reply.send({ jsonrpc: '2.0', id, result: given.result })
  else await sendStream(ctx, { reply, gone: opened.signal, wrap: rpcFrames(id) }, given)
}

/** Frames travel as responses to the request (A2A v0.3 §7.2, v1.0 §9.4.2). */
const rpcFrames = (id: RpcId): FrameWrap => ({
  frame: result => ({ jsonrpc: '2.0', id, result }),
  refusal: error => ({ data: { jsonrpc: '2.0', id, error: presentRpcError(error) } }),
})
