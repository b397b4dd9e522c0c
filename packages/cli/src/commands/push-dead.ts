import { loadConfig } from '@codetether/server/config/load-config'
import { type DeadLetter, listDeadLetters } from '@codetether/server/store/push-dead-letters'
import { exitCodes } from '../exit-codes.ts'
import type { DataOptions, Io } from '../io.ts'
import { withStore } from '../open-store.ts'
import { createOutput } from '../output.ts'
import { table } from '../table.ts'

export interface PushDeadOptions extends DataOptions {
  /** Only those of this task. */
  task?: string
  /** The most to list. */
  limit?: number
}

const defaultLimit = 100

const rowOf = ({ tenant, taskId, configId, seq, url, reason, attempts, at, retrying }: DeadLetter): string[] => [
  at.toISOString().replace(/\.\d+Z$/, 'Z'),
  tenant,
  taskId,
  configId,
  String(seq),
  String(attempts),
  retrying ? 'retrying' : reason,
  hostOf(url),
]

/** Paths and queries of webhooks may be secrets. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : '')

/** Prints the push notifications that were given up, the latest first. */
export const pushDead = async (
  { task, limit = defaultLimit, url, dataDir, ...options }: PushDeadOptions,
  io: Io,
): Promise<number> => {
  const output = createOutput(io, options)
  const { config } = loadConfig(undefined, { databaseUrl: url, dataDir }, { envFile: '.env' })
  const filter = { taskId: task ?? null }
  const letters = await withStore(config, io, store => store.system(tx => listDeadLetters(tx, filter, limit)))
  const shown = letters.map(({ url, ...letter }) => ({ ...letter, host: hostOf(url) }))
  const heading = ['GIVEN UP', 'TENANT', 'TASK', 'CONFIG', 'EVENT', 'ATTEMPTS', 'REASON', 'HOST']
  await output.result(shown, () => table(heading, letters.map(rowOf), output.columns).join('\n'))
  return exitCodes.ok
}
