import { connect, type ServerOptions } from '../connect.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { createOutput, harmless } from '../output.ts'
import { describeTask } from '../task-text.ts'

export interface TaskGetOptions extends ServerOptions {
  id: string
  /** The most recent messages to show. */
  history?: number
}

/** Prints one task. */
export const taskGet = async ({ id, history, ...options }: TaskGetOptions, io: Io): Promise<number> => {
  const { client, signal } = await connect(options, io)
  const task = await client.getTask(id, history === undefined ? {} : { historyLength: history }, { signal })
  await createOutput(io, options).result(task, () => harmless(describeTask(task)))
  return exitCodes.ok
}
