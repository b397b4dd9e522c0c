import { resumeUri } from '@codetether/protocol/resume-extension'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import type { WireVersion } from '../store/tasks.ts'
import { baseOf } from './base-of.ts'
import { activatesResume, extensionsHeader } from './extensions.ts'
import { lastEventIdOf } from './last-event-id.ts'
import type { OpenCall } from './method.ts'

/** A call that came over HTTP, as far as its headers tell of it. `resources` are released by who answers it. */
export function openCall(
  ctx: Context,
  { request, reply, version }: { request: FastifyRequest; reply: FastifyReply; version: WireVersion },
  resources: DisposableStack,
): OpenCall {
  const resumes = activatesResume(request.headers, version)
  if (resumes) reply.header(extensionsHeader[version], resumeUri)
  const gone = new AbortController()
  // `close` follows every answer; only without a complete one the caller is gone.
  reply.raw.once('close', () => reply.raw.writableFinished || gone.abort())
  return {
    ctx,
    principal: request.principal,
    base: baseOf(ctx, request),
    lastEventId: lastEventIdOf(request.headers),
    resumes,
    signal: gone.signal,
    resources,
  }
}
