import { limits } from '@codetether/protocol/limits'
import type { Config } from '@codetether/server/config/config'
import { loadConfig } from '@codetether/server/config/load-config'
import { createLogger } from '@codetether/server/logger'
import { type Erasure, eraseTenant, findTenant } from '@codetether/server/operations/erase-tenant'
import { exitCodes } from '../exit-codes.ts'
import { HintedError, UsageError } from '../failure.ts'
import type { DataOptions, Io } from '../io.ts'
import { openStore } from '../open-store.ts'
import { createOutput, type Output } from '../output.ts'
import { explainStartError } from '../start-failure.ts'
import { table } from '../table.ts'

export interface TenantEraseOptions extends DataOptions {
  name: string
  yes?: boolean
  /** Cancel what is unfinished. */
  force?: boolean
}

const describe = ({ tenant, erasedAt, rows, canceled, removed }: Erasure): string => {
  const counts = Object.entries(rows).map(([name, count]) => [name, String(count)])
  const end = removed ? 'the tenant is gone' : 'the tenant itself stays'
  return [
    ...table(['TABLE', 'ROWS DELETED'], counts),
    `${tenant.name} (${tenant.id}) erased at ${erasedAt.toISOString()}, ${canceled} tasks canceled first; ${end}`,
  ].join('\n')
}

/** Deletes everything that a tenant has, and prints the record of it. */
export const tenantErase = async (options: TenantEraseOptions, io: Io): Promise<number> => {
  const { name, url, dataDir, yes = false, ...rest } = options
  const output = createOutput(io, rest)
  const { config } = loadConfig(undefined, { databaseUrl: url, dataDir }, { envFile: '.env' })
  if (!yes)
    throw new UsageError(
      `this deletes everything that the tenant ${name} has, and there is no way back`,
      'say so with --yes',
    )
  const erasure = await erase(config, options, { io, output }).catch((error: unknown) => {
    throw explainStartError(error, config)
  })
  await output.result(erasure, () => describe(erasure))
  return exitCodes.ok
}

const erase = async (
  config: Config,
  { name, force = false }: TenantEraseOptions,
  { io, output }: { io: Io; output: Output },
): Promise<Erasure> => {
  // Standard output is for the result.
  const log = createLogger({ level: 'warn', format: 'pretty', stream: io.stderr })
  await using opened = await openStore(config, log)
  const ctx = { store: opened.store, stopping: io.signal }
  const tenant = await findTenant(ctx, name)
  // Readers look at least so often; twice, for one that has just looked.
  const noticeMs = 2 * limits.followedPollMs
  const onProgress = (from: string, rows: number) => output.note(`${from}: ${rows} rows deleted`)
  return await eraseTenant(ctx, tenant, { force, noticeMs, onProgress }).catch((error: unknown) => {
    throw isUnfinished(error) ? new HintedError(error, 'wait for them, or cancel them with --force') : error
  })
}

const isUnfinished = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'CONFLICT'
