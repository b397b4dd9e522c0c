import { loadConfig } from '@codetether/server/config/load-config'
import { retryDeadLetters } from '@codetether/server/store/push-dead-letters'
import { exitCodes } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import type { DataOptions, Io } from '../io.ts'
import { withStore } from '../open-store.ts'
import { createOutput } from '../output.ts'

export interface PushRetryOptions extends DataOptions {
  /** Those of this task. */
  task?: string
  all?: boolean
}

/** Lets a server send push notifications once more that were given up. */
export const pushRetry = async (
  { task, all = false, url, dataDir, ...options }: PushRetryOptions,
  io: Io,
): Promise<number> => {
  const output = createOutput(io, options)
  const { config } = loadConfig(undefined, { databaseUrl: url, dataDir }, { envFile: '.env' })
  if ((task === undefined) !== all)
    throw new UsageError('which push notifications shall be sent once more?', 'name one task with --task, or say --all')
  const filter = { taskId: task ?? null }
  const marked = await withStore(config, io, store => store.system(tx => retryDeadLetters(tx, filter)))
  await output.result({ marked }, () => `${marked} push notifications will be sent once more by a server that runs`)
  return exitCodes.ok
}
