import type { PlatformError } from '@codetether/protocol/errors'
import { resumeUri } from '@codetether/protocol/resume-extension'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../../context.ts'
import { asPlatformError } from '../../errors.ts'
import { presentHttpError, presentRpcError } from '../../present/error.ts'
import type { WireVersion } from '../../store/tasks.ts'
import { carryOut } from '../carry-out.ts'
import { activatedHeader } from '../extensions.ts'
import { findAgent } from '../find-agent.ts'
import type { AnyMethod } from '../method.ts'
import { methods, protoMethods } from '../methods.ts'
import { type ObservedCall, observeCall } from '../observe-call.ts'
import { openCall } from '../open-call.ts'
import { checkVersion } from '../rules.ts'
import { type FrameWrap, sendStream } from '../send-stream.ts'
import { versionOf } from '../version-of.ts'
import { checkAccept, jsonTypeFor } from './accept.ts'
import { readParams } from './read-params.ts'
import { patternOf, type RestPath, restPaths } from './rest-paths.ts'
import type { RestRoute } from './route.ts'

/** A request at an agent's own address names it in the path. */
type RestRequest = FastifyRequest<{ Params: { agent?: string } }>

/** One path with the method behind it. */
interface Served {
  ctx: Context
  version: WireVersion
  route: RestRoute
  method: AnyMethod
}

/** The methods as the proto of each version has them. */
const tables: Readonly<Record<WireVersion, ReadonlyMap<string, AnyMethod>>> = {
  '0.3': protoMethods,
  '1.0': methods['1.0'],
}

function methodOf({ version, route }: RestPath): AnyMethod {
  const method = tables[version].get(route.method)
  if (!method) throw new Error(`${route.path} leads to ${route.method}, which does not exist`)
  return method
}

/** HTTP+JSON (A2A v1.0 §11, v0.3 §3.2.3): the methods of JSON-RPC behind paths and verbs. */
export const restRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  for (const row of restPaths) {
    const { version, path, route } = row
    const served = { ctx, version, route, method: methodOf(row) }
    app.route<{ Params: { agent?: string } }>({
      method: route.verb,
      url: patternOf(path),
      // A stream has no end that a HEAD could wait for.
      exposeHeadRoute: route.answers !== 'stream',
      config: { permission: served.method.permission, rest: version, path },
      handler: async (request, reply) => {
        await observeCall(ctx, call => serve(served, request, reply, call))
        return reply
      },
    })
  }
}

async function serve(served: Served, request: RestRequest, reply: FastifyReply, call: ObservedCall): Promise<void> {
  const { ctx, version } = served
  try {
    await answer(served, request, reply, call)
  } catch (thrown) {
    const error = asPlatformError(thrown, ctx.log)
    call.failed(error.code)
    if (error.details.retryAfter !== undefined) reply.header('retry-after', String(error.details.retryAfter))
    await sendJson(reply.code(error.httpStatus), presentRestError(error, version))
  }
}

async function answer(
  { ctx, version, route, method }: Served,
  request: RestRequest,
  reply: FastifyReply,
  call: ObservedCall,
): Promise<void> {
  checkAccept(request.headers.accept, route.answers === 'stream')
  checkVersion(versionOf(request), version)
  const { agent: slug } = request.params
  const agent = slug === undefined ? null : findAgent(ctx, slug)
  using resources = new DisposableStack()
  const opened = openCall(ctx, { request, reply, version, agent }, resources)
  const params = readParams(request, route, opened.extensions.activated.has(resumeUri))
  call.read({ binding: 'HTTP+JSON', version, method: method.name, params })
  // A reply is thenable: what is returned here would be waited for.
  const tell = () => void reply.headers(Object.fromEntries(activatedHeader(opened.extensions, version)))
  const given = await carryOut(method, opened, params).finally(tell)
  if ('stream' in given) await sendStream(ctx, { reply, gone: opened.signal, wrap: restFrames(version) }, given)
  else if (route.answers === 'nothing') await reply.code(204).send()
  else await sendJson(reply, given.result)
}

const sendJson = (reply: FastifyReply, body: unknown) =>
  reply.type(jsonTypeFor(reply.request.headers.accept)).send(JSON.stringify(body))

/** The error of a path in the shape of its version: google.rpc.Status in v1.0 (§11.6), that of JSON-RPC in v0.3. */
export const presentRestError = (error: PlatformError, version: WireVersion): object =>
  version === '0.3' ? presentRpcError(error) : presentHttpError(error)

/** Frames travel as they are (A2A v1.0 §11.7). What ends a stream too early is an event of a type of its own. */
const restFrames = (version: WireVersion): FrameWrap => ({
  frame: shown => shown,
  refusal: error => ({ event: 'error', data: presentRestError(error, version) }),
})
