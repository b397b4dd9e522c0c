import { connect, type ServerOptions } from '../connect.ts'
import { gapNote } from '../gap-note.ts'
import type { Io } from '../io.ts'
import { createOutput } from '../output.ts'
import { type Followed, printEvents } from '../print-events.ts'
import { retryNote } from '../retry-note.ts'
import { explainLeaving, finish } from '../task-outcome.ts'

export interface TaskWatchOptions extends ServerOptions {
  id: string
  /** The number of the last change that was seen: print only what comes after it. */
  after?: number
}

/** Prints what happens to a task until it is finished or asks something. */
export const taskWatch = async ({ id, after, ...options }: TaskWatchOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  const { client, signal, url } = await connect(options, io)
  const followed: Followed = { taskId: id, contextId: undefined, state: undefined }
  const notes = { onRetry: retryNote(output), onGap: gapNote(output) }
  const lastEventId = after === undefined ? undefined : String(after)
  const events = client.resubscribe(id, { signal, lastEventId, ...notes })
  try {
    await printEvents(events, output, followed)
  } catch (error) {
    throw explainLeaving(error, followed, { client, url })
  }
  return finish(followed, url, output)
}
