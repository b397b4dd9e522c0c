import { type Fields, numberIn, textIn } from '../child/shape.ts'
import { type Transport, transportIn } from '../transport.ts'
import type { Caller, CallerEvents } from './caller.ts'
import { Connection } from './connection.ts'
import { grpcCallers } from './grpc/grpc-caller.ts'
import { inspectList, type ListMethod, listWriter } from './lists.ts'
import { requestId, requestWriter } from './requests.ts'
import { sendMessages } from './send-message.ts'
import { glance, inspect } from './verify.ts'

/** What is asked, and what a right answer is: an echo, or the newest page of a principal's tasks in either version. */
export type Workload =
  | { readonly kind: 'send' }
  | { readonly kind: 'SendMessage'; readonly transport: Transport }
  | { readonly kind: ListMethod; readonly total: number }

export interface Requests {
  readonly write: (sequence: number) => string
  /** What is wrong with an answer; null is well. */
  readonly check: (sequence: number, status: number, body: Buffer) => string | null
}

/** Answers to `send` of which only a glance is taken, for one that is read in full: it has thousands in a second. */
const SAMPLE_EVERY = 50

export function workloadFrom(fields: Fields): Workload {
  const kind = textIn(fields, 'kind')
  if (kind === 'send') return { kind }
  if (kind === 'SendMessage') return { kind, transport: transportIn(fields, 'transport') }
  if (kind !== 'ListTasks' && kind !== 'tasks/list') throw new TypeError(`no workload ${kind}`)
  return { kind, total: numberIn(fields, 'total') }
}

/** `run` makes the message ids of a load unlike those of any other. */
export function requestsOf(workload: Workload, url: string, run: string): Requests {
  if (workload.kind === 'SendMessage') return sendMessages(workload.transport, url, run)
  const { host, pathname } = new URL(url)
  if (workload.kind !== 'send') {
    const { kind, total } = workload
    return {
      write: listWriter(host, pathname, kind),
      check: (sequence, status, body) => inspectList(status, body, { id: requestId(sequence), total }),
    }
  }
  return {
    write: requestWriter(host, pathname, run),
    check: (sequence, status, body) =>
      glance(status, body) ?? (sequence % SAMPLE_EVERY === 0 ? inspect(body, requestId(sequence)) : null),
  }
}

/** Opens those who ask: each has a connection of its own where requests cannot share one. */
export function callersOf(workload: Workload, url: string): (events: CallerEvents) => Caller {
  const { hostname, port } = new URL(url)
  if (workload.kind === 'SendMessage' && workload.transport === 'gRPC') return grpcCallers(hostname, Number(port))
  return events => new Connection(hostname, Number(port), events)
}
