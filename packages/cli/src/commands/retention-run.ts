import { applyRetention, type RetentionReport } from '@codetether/server/background/retention'
import type { Config } from '@codetether/server/config/config'
import { loadConfig } from '@codetether/server/config/load-config'
import { createLogger } from '@codetether/server/logger'
import { exitCodes } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import type { DataOptions, Io } from '../io.ts'
import { openStore } from '../open-store.ts'
import { createOutput } from '../output.ts'
import { explainStartError } from '../start-failure.ts'

export interface RetentionRunOptions extends DataOptions {
  /** Only count. */
  dryRun?: boolean
}

const describe = ({ partitions, events, tasks, sessions }: RetentionReport, dryRun: boolean): string => {
  const months = partitions.length === 0 ? '' : ` and the months ${partitions.join(', ')}`
  return `${dryRun ? 'would delete' : 'deleted'}: ${tasks} tasks, ${events} events, ${sessions} sessions${months}`
}

/** Deletes now what the settings say is past its time, or counts it. A server does the same once an hour. */
export const retentionRun = async (
  { dryRun = false, url, dataDir, ...options }: RetentionRunOptions,
  io: Io,
): Promise<number> => {
  const output = createOutput(io, options)
  const { config } = loadConfig(undefined, { databaseUrl: url, dataDir }, { envFile: '.env' })
  if (config.retention.taskDays === undefined && config.retention.eventDays === undefined)
    throw new UsageError(
      'everything is kept for ever: no retention is set',
      'set CODETETHER_RETENTION_DAYS or CODETETHER_EVENT_RETENTION_DAYS',
    )
  const report = await run(config, dryRun, io).catch((error: unknown) => {
    throw explainStartError(error, config)
  })
  io.signal.throwIfAborted()
  await output.result({ dryRun, ...config.retention, ...report }, () => describe(report, dryRun))
  return exitCodes.ok
}

const run = async (config: Config, dryRun: boolean, { stderr, signal: stopping }: Io): Promise<RetentionReport> => {
  // Standard output is for the result.
  const log = createLogger({ level: 'warn', format: 'pretty', stream: stderr })
  await using opened = await openStore(config, log)
  return await applyRetention({ store: opened.store, log, stopping }, config.retention, { really: !dryRun })
}
