import { PlatformError } from '@codetether/protocol/errors'
import type { Config } from '../config/config.ts'
import type { Logger } from '../logger.ts'
import type { Database } from './database.ts'
import type { EmbeddedExit } from './embedded/ownership.ts'
import { removeRuntime, writeRuntime } from './embedded/runtime-file.ts'
import { startEmbedded } from './embedded/start-embedded.ts'
import { openExternal } from './external.ts'
import { migrationsDirectory } from './migrations-directory.ts'
import { prepareDatabase } from './prepare.ts'
import { loadSecret } from './secret.ts'

const unexpectedEnd = async (exited: Promise<EmbeddedExit>): Promise<Error> => {
  const { expected, reason } = await exited
  return expected ? new Promise<never>(() => undefined) : new PlatformError('UNAVAILABLE', reason)
}

/** Opens what the configuration names: the embedded database, started and migrated, or an external one that is. */
export async function openDatabase(config: Config, logger: Logger): Promise<Database> {
  const { dataDir, database, secretKey: configured } = config
  const log = (message: string) => logger.info(message)
  const secret = await loadSecret({ configured, dataDir, log })
  const warn = (message: string) => logger.warn(message)
  return database.kind === 'external'
    ? openExternal(database, { secret, dataDir, log, warn })
    : openEmbedded(dataDir, { secret, log })
}

async function openEmbedded(
  dataDir: string,
  { secret, log }: { secret: string; log: (message: string) => void },
): Promise<Database> {
  await using stack = new AsyncDisposableStack()
  const embedded = stack.use(await startEmbedded({ dataDir, log }))
  if (embedded.notice) log(embedded.notice)
  const { app, system } = await prepareDatabase(embedded.admin, { secret, directory: migrationsDirectory, log })
  stack.defer(() => removeRuntime(dataDir))
  const owned = stack.move()
  return {
    app,
    system,
    direct: system,
    isPooled: false,
    secret,
    isOwn: true,
    failed: unexpectedEnd(embedded.exited),
    announce: server =>
      writeRuntime(dataDir, {
        ...server,
        startedAt: new Date().toISOString(),
        database: { ...embedded.admin, database: app.database },
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
