import type { RequestOrigin } from '../auth/check-origin.ts'
import type { Permission, Principal } from '../principal.ts'
import type { RequestSpan } from '../trace/tracer.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller needs to use the route. A route without one stops the start. */
    permission?: Permission
    /** The route speaks JSON-RPC: its refusals are JSON-RPC errors too. */
    jsonRpc?: boolean
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
