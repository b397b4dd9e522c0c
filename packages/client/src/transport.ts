import type { Endpoint } from './endpoint.ts'
import type { Operation } from './operation.ts'

/** A request as `fetch` takes it. */
export interface WireRequest {
  url: string
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
}

/** How operations travel, and how a result is told from an error. */
export interface Transport {
  request(endpoint: Endpoint, operation: Operation): WireRequest
  /**
   * The result that an answer carries, or one frame of a stream. Throws RemoteError for an error. Undefined if it is
   * neither.
   */
  open(value: unknown, response: Response): { result: unknown } | undefined
}
