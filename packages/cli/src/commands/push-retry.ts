import { exitCodes } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import type { Io } from '../io.ts'
import { type LetterOptions, openLetterDesk } from '../letter-desk.ts'
import { createOutput } from '../output.ts'

export interface PushRetryOptions extends LetterOptions {
  all?: boolean
}

/** Has push notifications sent once more that were given up. */
export const pushRetry = async (options: PushRetryOptions, io: Io): Promise<number> => {
  const { task, all = false, database = false } = options
  const output = createOutput(io, options)
  if ((task === undefined) !== all)
    throw new UsageError('which push notifications shall be sent once more?', 'name one task with --task, or say --all')
  const desk = await openLetterDesk(options, io)
  const marked = await desk.retry()
  const who = database ? ' by a server that runs' : ''
  await output.result({ marked }, () => `${marked} push notifications will be sent once more${who}`)
  return exitCodes.ok
}
