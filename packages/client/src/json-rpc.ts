import { RpcResponse } from '@codetether/protocol/json-rpc'
import { fromErrorBody } from './error-body.ts'
import { fromRpcError } from './errors.ts'
import { retryAfterOf } from './http.ts'
import type { Operation, ProtocolVersion } from './operation.ts'
import type { Transport } from './transport.ts'

/** The names of the methods (A2A v1.0 §5.3, v0.3 §3.5.6). `tasks/list` is our extension of v0.3. */
const methods: Readonly<Record<ProtocolVersion, Readonly<Record<Operation['name'], string>>>> = {
  '1.0': {
    send: 'SendMessage',
    stream: 'SendStreamingMessage',
    get: 'GetTask',
    list: 'ListTasks',
    cancel: 'CancelTask',
    subscribe: 'SubscribeToTask',
  },
  '0.3': {
    send: 'message/send',
    stream: 'message/stream',
    get: 'tasks/get',
    list: 'tasks/list',
    cancel: 'tasks/cancel',
    subscribe: 'tasks/resubscribe',
  },
}

/** JSON-RPC 2.0 over HTTP POST (A2A v1.0 §9, v0.3 §3.2.1). */
export const jsonRpc: Transport = {
  request({ url, version, tenant }, { name, id, params }) {
    const given = { ...(tenant && { tenant }), ...(id !== undefined && { id }), ...params }
    return {
      ...{ url, method: 'POST', headers: { accept: 'application/json', 'content-type': 'application/json' } },
      body: JSON.stringify({ jsonrpc: '2.0', id: crypto.randomUUID(), method: methods[version][name], params: given }),
    }
  },
  open(value, response) {
    const facts = { httpStatus: response.status, retryAfter: retryAfterOf(response) }
    const envelope = RpcResponse.safeParse(value)
    if (envelope.success) {
      const { error, result } = envelope.data
      if (error !== undefined) throw fromRpcError(error, facts)
      return { result }
    }
    // Whoever stands in front of the agent answers in another shape.
    const error = response.ok ? undefined : fromErrorBody(value, facts)
    if (error !== undefined) throw error
    return undefined
  },
}
