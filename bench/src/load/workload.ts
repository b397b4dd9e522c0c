import { type Fields, numberIn, textIn } from '../child/shape.ts'
import { inspectList, type ListMethod, listWriter } from './lists.ts'
import { requestId, requestWriter } from './requests.ts'
import { glance, inspect } from './verify.ts'

/** What is asked, and what a right answer is: an echo, or the newest page of a principal's tasks in either version. */
export type Workload = { readonly kind: 'send' } | { readonly kind: ListMethod; readonly total: number }

interface Requests {
  readonly write: (sequence: number) => string
  /** What is wrong with an answer; null is well. */
  readonly check: (sequence: number, status: number, body: Buffer) => string | null
}

/** Answers to `send` of which only a glance is taken, for one that is read in full: it has thousands in a second. */
const SAMPLE_EVERY = 50

export function workloadFrom(fields: Fields): Workload {
  const kind = textIn(fields, 'kind')
  if (kind === 'send') return { kind }
  if (kind !== 'ListTasks' && kind !== 'tasks/list') throw new TypeError(`no workload ${kind}`)
  return { kind, total: numberIn(fields, 'total') }
}

/** `run` makes the message ids of a load unlike those of any other. */
export function requestsOf(workload: Workload, url: string, run: string): Requests {
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
