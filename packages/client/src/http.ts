import { PlatformError } from '@codetether/protocol/errors'
import { checkBareCredentials, credentials } from './credentials.ts'
import { ConnectionError, fromHttpStatus } from './errors.ts'
import type { Grpc } from './grpc.ts'

/** How one server is spoken to. */
export interface Connection {
  /** Bearer token, or the bare value of `authHeader`. */
  token?: string | undefined
  /** The header that carries the token; default `Authorization`, where it stands behind `Bearer`. */
  authHeader?: string | undefined
  /** Further headers of every request; they count as credentials. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Credentials may travel over plain http to hosts of other networks too. */
  allowHttp?: boolean | undefined
  /** In place of the global `fetch`. */
  fetch?: typeof globalThis.fetch | undefined
  /** Loads what carries calls over gRPC. Without it, as in browsers, gRPC is not spoken. */
  grpc?: (() => Promise<Grpc>) | undefined
}

/** What OpenSSL says where somebody answers its greeting in plain text. */
export const isNoTls = (message: string): boolean => /wrong version number|packet length too long/i.test(message)

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined
  const source = cause instanceof Error ? cause : error
  if (!(source instanceof Error)) return String(source)
  const code = 'code' in source ? String(source.code) : ''
  if (isNoTls(source.message)) return 'no TLS is spoken there; an address with http:// may be meant'
  return source.message === '' ? code : source.message
}

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : 'the server')

/**
 * What a failed fetch or a broken body means: the caller's own abort, our time limit, a refusal of the caller's own
 * `fetch`, or a lost connection.
 */
export const connectionFailure = (error: unknown, url: string, signal: AbortSignal): unknown => {
  if (signal.aborted) return signal.reason
  return error instanceof PlatformError
    ? error
    : new ConnectionError(`no connection to ${originOf(url)}: ${reasonOf(error)}`, { cause: error })
}

/**
 * One request. Redirects are answered with an error that names the target: following one would turn a POST into a GET
 * or carry the token elsewhere. Throws ConnectionError, BareCredentialsError, or the signal's reason.
 */
export const send = async (
  connection: Connection,
  url: string,
  init: RequestInit & { signal: AbortSignal },
): Promise<Response> => {
  checkBareCredentials(connection, url)
  const headers = { ...connection.headers, ...credentials(connection), ...init.headers }
  const fetch = connection.fetch ?? globalThis.fetch
  let response: Response
  try {
    response = await fetch(url, { ...init, headers, redirect: 'manual' })
  } catch (error) {
    throw connectionFailure(error, url, init.signal)
  }
  if (response.type !== 'opaqueredirect' && (response.status < 300 || response.status > 399)) return response
  await response.body?.cancel()
  const target = response.headers.get('location') ?? 'another address'
  throw fromHttpStatus(response.status, `${url} redirects to ${target}: call that address`)
}

/** Seconds of a `Retry-After` header in its numeric form. */
export const retryAfterOf = (response: Response): number | undefined => {
  const text = response.headers.get('retry-after') ?? ''
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined
}
