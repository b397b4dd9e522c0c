import { z } from 'zod'

/** A2A v1.0 §4.4.6. `protocolBinding` is JSONRPC, GRPC, HTTP+JSON, or the URI of another one. */
export const AgentInterface = z.object({
  url: z.string().min(1),
  protocolBinding: z.string().min(1),
  tenant: z.string().optional(),
  protocolVersion: z.string().min(1),
})
