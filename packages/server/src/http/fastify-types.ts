import type { RequestOrigin } from '../auth/check-origin.ts'
import type { Permission, Principal } from '../principal.ts'

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
  }
}
