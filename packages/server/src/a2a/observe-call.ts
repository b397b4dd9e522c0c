import type { ErrorCode } from '@codetether/protocol/errors'
import type { Json } from '@codetether/protocol/json'
import type { Context } from '../context.ts'
import type { WireVersion } from '../store/tasks.ts'
import type { Envelope } from './json-rpc.ts'
import { methods } from './methods.ts'

/** What metrics and traces learn of a call while it is read and carried out. */
export interface ObservedCall {
  read(envelope: Envelope, version: WireVersion): void
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
      read({ method, params }, version) {
        labels = { method: methods[version].has(method) ? method : 'unknown', version }
        span.rename(`A2A ${labels.method}`)
        span.set({
          'rpc.system.name': 'jsonrpc',
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

/** The task that a call names. What starts one is told when it is stored. */
function taskOf(params: Json | undefined): { 'a2a.task.id'?: string } {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return {}
  const { id } = params
  return typeof id === 'string' ? { 'a2a.task.id': id.slice(0, 64) } : {}
}
