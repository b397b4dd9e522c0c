import { Arrivals, type EventStream } from '../arrivals.ts'
import { frameJson } from './messages.ts'
import type { GrpcSession } from './session.ts'

/** One event stream over gRPC, on a connection that it shares. Its frames are those of HTTP+JSON. */
export function openGrpcStream(session: GrpcSession, request: string): EventStream {
  const arrivals = new Arrivals()
  session.call(request, {
    message: bytes => {
      arrivals.push(frameJson(bytes))
      arrivals.wake()
    },
    ended: () => arrivals.complete(),
    failed: error => arrivals.fail(error),
  })
  return { arrivals, close: () => {} }
}
