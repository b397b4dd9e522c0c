import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { lastEventIdOf } from '../last-event-id.ts'
import type { HostedAgent } from '../present/card-subject.ts'
import type { WireVersion } from '../store/tasks.ts'
import { baseOf } from './base-of.ts'
import { readExtensions } from './extensions.ts'
import { principalAt } from './find-agent.ts'
import type { OpenCall } from './method.ts'

interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
  version: WireVersion
  /** Whose own address it is; null for that of the server. */
  agent: HostedAgent | null
}

/** A call that came over HTTP, as far as its headers tell of it. `resources` are released by who answers it. */
export function openCall(
  ctx: Context,
  { request, reply, version, agent }: Exchange,
  resources: DisposableStack,
): OpenCall {
  const gone = new AbortController()
  // `close` follows every answer; only without a complete one the caller is gone.
  reply.raw.once('close', () => reply.raw.writableFinished || gone.abort())
  return {
    ctx,
    principal: principalAt(request.principal, agent),
    base: baseOf(ctx, request),
    agent,
    lastEventId: lastEventIdOf(request.headers),
    extensions: readExtensions(request.headers, version),
    signal: gone.signal,
    resources,
  }
}
