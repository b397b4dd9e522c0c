import { PlatformError } from '@codetether/protocol/errors'
import type { Json } from '@codetether/protocol/json'
import type { RpcId } from '@codetether/protocol/json-rpc'
import { limits } from '@codetether/protocol/limits'
import type { WireVersion } from '../store/tasks.ts'
import { carryOut } from './carry-out.ts'
import type { Answer, OpenCall } from './method.ts'
import { methods } from './methods.ts'

/** What is known of a request once its envelope is read. */
export interface Envelope {
  /** Null also for a call without an id: the sources' own samples omit it. */
  id: RpcId
  method: string
  params: Json | undefined
}

const invalid = (message: string) => new PlatformError('INVALID_REQUEST', message)

const isId = (id: Json): id is RpcId =>
  typeof id === 'string' ? id.length <= limits.idChars : id === null || Number.isSafeInteger(id)

/** Reads the envelope of JSON-RPC 2.0. Throws INVALID_REQUEST. */
export function readEnvelope(body: Json): Envelope {
  if (Array.isArray(body)) throw invalid('batches are not supported: send one request at a time')
  if (typeof body !== 'object' || body === null) throw invalid('a request is a JSON object')
  const { jsonrpc, id = null, method, params } = body
  if (jsonrpc !== '2.0') throw invalid('jsonrpc must be "2.0"')
  if (!isId(id)) throw invalid(`id must be a string of at most ${limits.idChars} characters, a whole number or null`)
  if (typeof method !== 'string') throw invalid('method must be a string')
  return { id, method, params }
}

/** The id to answer with, whatever is wrong with the rest of the request; null if there is none to be read. */
export function idOf(body: Json): RpcId {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return null
  const { id = null } = body
  return isId(id) ? id : null
}

/** The same for a body that the strict parser refuses. One that is large may be so because it is meant to be slow. */
export function idInRefused(body: Buffer): RpcId {
  if (body.length > limits.refusedBodyBytes) return null
  try {
    return idOf(JSON.parse(body.toString()))
  } catch {
    return null
  }
}

const unknownMethod = (method: string) =>
  new PlatformError(
    'METHOD_NOT_FOUND',
    method.length > limits.methodChars ? 'method not found' : `method not found: ${method}`,
  )

/**
 * Carries out one call. @returns null for a notification, which does nothing: a method that does not exist or that
 * extends A2A, called without an id or with null. A2A's own methods without an id are calls all the same.
 */
export async function dispatch(envelope: Envelope, version: WireVersion, call: OpenCall): Promise<Answer | null> {
  const method = methods[version].get(envelope.method)
  if (envelope.id === null && (!method || method.isExtension)) return null
  if (!method) throw unknownMethod(envelope.method)
  return carryOut(method, call, envelope.params)
}
