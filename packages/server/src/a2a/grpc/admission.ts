import type { IncomingHttpHeaders } from 'node:http'
import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js'
import { createAuthenticator } from '../../auth/authenticate.ts'
import { authorize } from '../../auth/authorize.ts'
import { checkOrigin } from '../../auth/check-origin.ts'
import { logDenial } from '../../auth/log-denial.ts'
import type { Context } from '../../context.ts'
import { asPlatformError } from '../../errors.ts'
import type { Permission, Principal } from '../../principal.ts'
import type { Binding } from './binding.ts'
import { toGrpcStatus } from './grpc-error.ts'
import { headersOf } from './headers-of.ts'
import { resetStream } from './reset-stream.ts'

/** A call whose caller is known. */
export interface Admitted {
  principal: Principal
  headers: IncomingHttpHeaders
  /** `http://host:port` as the caller has named this server. */
  own: string
  /** Aborted when nobody waits for the answer any more: the caller has left, or its deadline has passed. */
  gone: AbortSignal
  /** Resets the stream of the call, whatever is still to be sent. */
  reset(): void
}

type Surroundings = Pick<Context, 'config' | 'log' | 'metrics'>

type PartialStatus = Parameters<ServerInterceptingCallInterface['sendStatus']>[0]

/** How long a request may take to come, as for HTTP. */
const requestMs = 30_000

/**
 * What stands before every call: it knows the caller and what it may do before the request is read, bounds the time that the request takes
 * to come, and gives the refusals of the library itself the form of ours.
 */
export class Admission {
  readonly #admitted = new WeakMap<Metadata, Admitted>()
  readonly #ctx: Surroundings
  readonly #authenticate: ReturnType<typeof createAuthenticator>

  readonly #permissions: ReadonlyMap<string, Permission>

  constructor(ctx: Surroundings, bindings: readonly Pick<Binding, 'path' | 'method'>[]) {
    this.#ctx = ctx
    this.#permissions = new Map(bindings.map(({ path, method }) => [path, method.permission]))
    this.#authenticate = createAuthenticator(ctx.config)
  }

  /** What is known of the call with this metadata. */
  of(metadata: Metadata): Admitted {
    const admitted = this.#admitted.get(metadata)
    if (!admitted) throw new Error('a call that was not admitted')
    return admitted
  }

  readonly interceptor: ServerInterceptor = ({ path }, call) => {
    const gone = new AbortController()
    let isRead = false
    let isOver = false
    const sendStatus = call.sendStatus.bind(call)
    // The library ends calls by itself here: deadlines, what is too large, what cannot be decompressed.
    call.sendStatus = given => {
      isOver = true
      if (given.code === status.DEADLINE_EXCEEDED) gone.abort()
      sendStatus(isRead ? given : typed(given))
    }
    const refuse = (thrown: unknown) => {
      const error = asPlatformError(thrown, this.#ctx.log)
      this.#ctx.metrics.rpcCalls.add({ method: 'unknown', version: 'unknown', code: error.code })
      call.sendStatus(toGrpcStatus(error))
    }
    const timer = setTimeout(
      () => refuse(new PlatformError('REQUEST_TIMEOUT', 'the request came too slowly')),
      requestMs,
    )
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        try {
          this.#admitted.set(metadata, {
            ...this.#admit(call, path, metadata),
            gone: gone.signal,
            reset: () => resetStream(call),
          })
        } catch (error) {
          return refuse(error)
        }
        next(metadata)
      })
      .withOnReceiveHalfClose(next => {
        clearTimeout(timer)
        isRead = true
        next()
      })
      .withOnCancel(() => {
        clearTimeout(timer)
        // The library tells the end of every call so. An abort for nobody costs 3 % of a call.
        if (!isOver) gone.abort()
      })
      .build()
    return new ServerInterceptingCall(call, { start: next => next(listener) })
  }

  #admit(call: ServerInterceptingCallInterface, path: string, metadata: Metadata) {
    const headers = headersOf(metadata, call.getHost())
    const { own } = checkOrigin(headers, this.#ctx.config)
    const { remoteAddress } = call.getConnectionInfo()
    try {
      const principal = this.#authenticate({ headers, remoteAddress })
      const permission = this.#permissions.get(path)
      if (permission) authorize(principal, permission)
      return { principal, headers, own }
    } catch (error) {
      logDenial(this.#ctx.log, error, remoteAddress)
      throw error
    }
  }
}

/** What the library refuses before the request is there, as one of our errors. */
function typed(given: PartialStatus): PartialStatus {
  if (given.metadata?.get('grpc-status-details-bin').length) return given
  if (given.code === status.RESOURCE_EXHAUSTED)
    return toGrpcStatus(new PlatformError('TOO_LARGE', `a message has at most ${limits.bodyBytes} bytes`))
  if (given.code === status.INTERNAL)
    return toGrpcStatus(new PlatformError('INVALID_REQUEST', 'the request is malformed'))
  return given
}
