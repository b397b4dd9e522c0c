import { answer } from '../child/answer.ts'
import { numberIn, textIn } from '../child/shape.ts'

/** A queue as one process uses it. Moments are milliseconds since 1970, with fractions. */
export interface Queue extends AsyncDisposable {
  /** Puts in so many jobs; one whose jobs are put in otherwise has none. */
  fill?(count: number): Promise<void>
  /** Takes and finishes jobs, up to `batch` at a time, until none is left. @returns how many. */
  drain(batch: number): Promise<number>
  /** Puts in one job that carries a moment. */
  send?(moment: number): Promise<void>
  /** Takes jobs as they come until the queue is disposed, and tells with which moment one has begun. */
  listen?(began: (moment: number) => void): Promise<void>
}

export interface QueueSettings {
  /** Of the database, the broker or the server. */
  readonly address: string
  /** The worker's token, where it needs one; the master secret for one that is a server itself. */
  readonly secret: string
  /** A directory of its own. */
  readonly directory: string
}

/** The same in all processes of this machine. */
const momentNow = (): number => performance.timeOrigin + performance.now()

/** The child's side of `QueueProcess`. */
export function serveQueue(open: (settings: QueueSettings) => Promise<Queue>): void {
  let queue: Queue | null = null
  const opened = (): Queue => {
    if (queue === null) throw new Error('the queue is not open')
    return queue
  }
  let next = Promise.withResolvers<number>()
  const begin = (moment: number) => {
    next.resolve(momentNow() - moment)
    next = Promise.withResolvers()
  }
  answer(
    {
      open: async params => {
        const [address, secret, directory] = ['address', 'secret', 'directory'].map(key => textIn(params, key))
        queue = await open({ address: address ?? '', secret: secret ?? '', directory: directory ?? '' })
        return {}
      },
      fill: async params => ({ done: await opened().fill?.(numberIn(params, 'count')) }),
      drain: async params => ({ done: await opened().drain(numberIn(params, 'batch')) }),
      send: async () => ({ done: await opened().send?.(momentNow()) }),
      listen: async () => ({ done: await opened().listen?.(begin) }),
      next: async () => ({ milliseconds: await next.promise }),
    },
    async () => await queue?.[Symbol.asyncDispose](),
  )
}
