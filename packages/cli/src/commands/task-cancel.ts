import { connect, type ServerOptions } from '../connect.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { createOutput, harmless } from '../output.ts'

export interface TaskCancelOptions extends ServerOptions {
  id: string
}

/** Cancels a task. */
export const taskCancel = async ({ id, ...options }: TaskCancelOptions, io: Io): Promise<number> => {
  const { client, signal } = await connect(options, io)
  const task = await client.cancelTask(id, { signal })
  await createOutput(io, options).result(task, () => harmless(`task ${task.id}: ${task.status.state}`))
  return exitCodes.ok
}
