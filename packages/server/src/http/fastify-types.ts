import type { RequestOrigin } from '../auth/check-origin.ts'
import type { Permission, Principal } from '../principal.ts'
import type { WireVersion } from '../store/tasks.ts'
import type { RequestSpan } from '../trace/tracer.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller needs to use the route. A route without one stops the start. */
    permission?: Permission
    /** The route speaks JSON-RPC: its refusals are JSON-RPC errors too. */
    jsonRpc?: boolean
    /** The route belongs to the HTTP+JSON binding of this version: its refusals have the shape of that version. */
    rest?: WireVersion
    /** The path as metrics and traces name it, if the route is written in the router's own syntax. */
    path?: string
  }

  interface FastifyRequest {
    origin: RequestOrigin
    principal: Principal
    /** The request in traces; null if there are none. */
    span: RequestSpan | null
    /** The answer is an event stream, which may last for hours. */
    isStream: boolean
  }
}
