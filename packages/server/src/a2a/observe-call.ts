import type { ErrorCode } from '@codetether/protocol/errors'
import type { Context } from '../context.ts'
import type { WireVersion } from '../store/tasks.ts'
import { methods } from './methods.ts'

/** The bindings of A2A by their names on cards. */
export type Binding = 'JSONRPC' | 'HTTP+JSON' | 'GRPC'

/** A call as it is known before it is carried out. */
export interface ReadCall {
  binding: Binding
  version: WireVersion
  /** Its name in JSON-RPC, or what the caller has written instead. */
  method: string
  params: unknown
}

/** What metrics and traces learn of a call while it is read and carried out. */
export interface ObservedCall {
  read(call: ReadCall): void
  failed(code: ErrorCode): void
}

/** Counts, times and traces one call. A method that is not in the table is `unknown`, whatever the caller wrote. */
export async function observeCall(
  { metrics, tracer }: Pick<Context, 'metrics' | 'tracer'>,
  carryOut: (call: ObservedCall) => Promise<void>,
): Promise<void> {
  const started = performance.now()
  let labels = { method: 'unknown', version: 'unknown' }
  let code: ErrorCode | 'OK' = 'OK'
  await tracer.trace('A2A call', {}, span =>
    carryOut({
      read({ binding, version, method, params }) {
        labels = { method: methods[version].has(method) ? method : 'unknown', version }
        span.rename(`A2A ${labels.method}`)
        span.set({
          ...(systems[binding] && { 'rpc.system.name': systems[binding] }),
          'a2a.binding': binding,
          'a2a.method': labels.method,
          'a2a.version': version,
          ...taskOf(params),
        })
      },
      failed(errorCode) {
        code = errorCode
        span.fail(errorCode)
      },
    }),
  )
  metrics.rpcCalls.add({ ...labels, code })
  metrics.rpcSeconds.observe(labels, (performance.now() - started) / 1000)
}

/** The bindings that are RPC systems in the conventions of OpenTelemetry. */
const systems: Partial<Record<Binding, string>> = { JSONRPC: 'jsonrpc', GRPC: 'grpc' }

/** The task that a call names. What starts one is told when it is stored. */
function taskOf(params: unknown): { 'a2a.task.id'?: string } {
  if (typeof params !== 'object' || params === null || !('id' in params)) return {}
  const { id } = params
  return typeof id === 'string' ? { 'a2a.task.id': id.slice(0, 64) } : {}
}
