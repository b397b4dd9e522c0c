import { PlatformError } from '@codetether/protocol/errors'
import { resumeUri } from '@codetether/protocol/resume-extension'
import { Metadata } from '@grpc/grpc-js'
import type { Context } from '../../context.ts'
import { asPlatformError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { lastEventIdOf } from '../../last-event-id.ts'
import { withLogFields } from '../../logger.ts'
import { agentTenant } from '../../present/agent-tenant.ts'
import type { HostedAgent } from '../../present/card-subject.ts'
import { carryOut } from '../carry-out.ts'
import { activatedHeader, readExtensions } from '../extensions.ts'
import { findAgent, principalAt } from '../find-agent.ts'
import type { Answer } from '../method.ts'
import { type ObservedCall, observeCall } from '../observe-call.ts'
import { checkVersion } from '../rules.ts'
import type { Admitted } from './admission.ts'
import type { Binding } from './binding.ts'
import { type GrpcStatus, toGrpcStatus } from './grpc-error.ts'
import { withResume } from './resume-params.ts'
import { scanMessage } from './scan-message.ts'

/** One call, and how its answer leaves. */
export interface GrpcCall {
  admitted: Admitted
  request: Buffer
  /** Where the caller reaches the HTTP port, without a trailing slash. */
  base: string
  /** Sends what stands before the answer. */
  begin(metadata: Metadata): void
  /** Sends the whole answer. */
  answer(given: Answer): Promise<void>
  refuse(status: GrpcStatus): void
}

/** Carries out one call: counted, timed, traced and logged as those of the other transports. */
export async function serveCall(ctx: Context, binding: Binding, call: GrpcCall): Promise<void> {
  const started = performance.now()
  const { headers } = call.admitted
  const name = binding.path.slice(1)
  const span = ctx.tracer.enabled
    ? ctx.tracer.begin(name, { kind: 'server', attributes: { 'rpc.system.name': 'grpc', 'rpc.method': name } }, headers)
    : null
  const fields = { reqId: newId(), ...span?.ids }
  const work = () => withLogFields(fields, () => observeCall(ctx, observed => serve(ctx, binding, call, observed)))
  await (span ? span.within(work) : work())
  span?.end()
  withLogFields(fields, () => ctx.log.debug({ rpc: name, ms: Math.round(performance.now() - started) }, 'call'))
}

async function serve(ctx: Context, binding: Binding, call: GrpcCall, observed: ObservedCall): Promise<void> {
  const { gone } = call.admitted
  try {
    using resources = new DisposableStack()
    await call.answer(await open(ctx, binding, call, { observed, resources }))
    // A stream that the server cuts must not look like the end of the task.
    if (binding.streams && ctx.stopping.aborted) throw new PlatformError('UNAVAILABLE', 'the server is stopping')
  } catch (thrown) {
    const error = asPlatformError(thrown, ctx.log)
    observed.failed(error.code)
    if (!gone.aborted) call.refuse(toGrpcStatus(error))
  }
}

interface Opening {
  observed: ObservedCall
  resources: DisposableStack
}

async function open(
  ctx: Context,
  binding: Binding,
  { admitted, request, base, begin }: GrpcCall,
  { observed, resources }: Opening,
): Promise<Answer> {
  const { version, method, streams } = binding
  const { principal, headers, gone } = admitted
  let params: unknown
  try {
    checkVersion(headers['a2a-version']?.toString(), version, versionHint)
    params = decode(binding, request)
  } finally {
    observed.read({ binding: 'GRPC', version, method: method.name, params })
  }
  const agent = agentIn(ctx, params)
  const extensions = readExtensions(headers, version)
  const signal = streams ? AbortSignal.any([gone, ctx.stopping]) : gone
  const given = await carryOut(
    method,
    {
      ctx,
      principal: principalAt(principal, agent),
      base,
      agent,
      lastEventId: lastEventIdOf(headers),
      extensions,
      signal,
      resources,
    },
    extensions.activated.has(resumeUri) ? withResume(params, headers) : params,
  )
  const metadata = new Metadata()
  for (const [name, value] of activatedHeader(extensions, version)) metadata.set(name, value)
  begin(metadata)
  return given
}

/** The agent that a request of v1.0 names as the card of that agent says; those of v0.3 have no field for it. Throws NOT_FOUND. */
function agentIn(ctx: Context, params: unknown): HostedAgent | null {
  const isNamed = typeof params === 'object' && params !== null && 'tenant' in params
  const slug = isNamed ? agentTenant.slugIn(String(params.tenant)) : null
  return slug === null ? null : findAgent(ctx, slug)
}

const versionHint = 'the service of 1.0 is lf.a2a.v1.A2AService, that of 0.3 a2a.v1.A2AService'

/** The params of a request. Throws PARSE_ERROR and INVALID_PARAMS. */
function decode({ shape, toParams }: Binding, request: Buffer): unknown {
  scanMessage(request, shape)
  try {
    return toParams(request)
  } catch (cause) {
    if (cause instanceof PlatformError) throw cause
    throw new PlatformError('INVALID_PARAMS', 'a field holds what its type does not allow', { cause })
  }
}
