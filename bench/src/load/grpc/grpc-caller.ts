import type { Caller, CallerEvents } from '../caller.ts'
import { paths } from './messages.ts'
import { GrpcSession } from './session.ts'

/** Programs that call share a connection; so do these, but not all of them one. */
const CALLERS_PER_SESSION = 4
/** gRPC has no status of HTTP for what went well or not. A call without an answer has none. */
const [ANSWERED, UNANSWERED] = [200, 0]

/** Opens callers that share connections, each of which ends with the last of its callers. */
export function grpcCallers(host: string, port: number): (events: CallerEvents) => Caller {
  let shared: Shared | null = null
  return events => {
    if (shared === null || shared.callers === CALLERS_PER_SESSION)
      shared = { session: new GrpcSession({ host, port, path: paths.send }), callers: 0, open: 0 }
    return callerOn(shared, events)
  }
}

interface Shared {
  readonly session: GrpcSession
  callers: number
  open: number
}

function callerOn(shared: Shared, { connected, response, failed }: CallerEvents): Caller {
  const { session } = shared
  shared.callers++
  shared.open++
  let isOpen = true
  session.opened.then(connected, failed)
  return {
    send: message => {
      let answer: Buffer | null = null
      session.call(message, {
        message: bytes => {
          answer = bytes
        },
        ended: () => (answer === null ? response(UNANSWERED, Buffer.alloc(0)) : response(ANSWERED, answer)),
        failed,
      })
    },
    close: () => {
      if (isOpen && --shared.open === 0) session.close()
      isOpen = false
    },
  }
}
