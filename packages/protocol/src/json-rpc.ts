import { z } from 'zod'

/** JSON-RPC 2.0 as A2A uses it: single calls, ids that are strings, whole numbers or null. */
export const RpcId = z.union([z.string(), z.number(), z.null()])
export type RpcId = z.infer<typeof RpcId>

export const RpcError = z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() })
export type RpcError = z.infer<typeof RpcError>

export const RpcResponse = z.object({
  jsonrpc: z.literal('2.0'),
  id: RpcId,
  result: z.unknown().optional(),
  error: RpcError.optional(),
})
export type RpcResponse = z.infer<typeof RpcResponse>
