import type { Config } from '@codetether/server/config/config'
import { openDatabase } from '@codetether/server/db/open-database'
import { openPool } from '@codetether/server/db/pool'
import { applicationAddresses } from '@codetether/server/db/prepare'
import { loadSecret } from '@codetether/server/db/secret'
import { createTenantSigner } from '@codetether/server/db/tenant-context'
import { createLogger, type Logger } from '@codetether/server/logger'
import { createStore, type Store } from '@codetether/server/store/store'
import type { Io } from './io.ts'
import { findRunningDatabase, requireCluster } from './open-admin.ts'
import { explainStartError } from './start-failure.ts'

/** The rows of the platform, with the logins that serve. Disposing closes what was opened for it. */
export interface OpenStore extends AsyncDisposable {
  store: Store
}

/** Opens the database that the settings name, beside a server that runs on it; starts an embedded one that does not run. */
export const openStore = async (config: Config, log: Logger): Promise<OpenStore> => {
  await requireCluster(config)
  await using stack = new AsyncDisposableStack()
  const { app, system, secret, isPooled } = (await besideServer(config)) ?? stack.use(await openDatabase(config, log))
  const options = { size: 2, name: 'codetether-cli', log }
  const pools = { app: openPool(app, options), system: openPool(system, options) }
  stack.defer(async () => {
    await Promise.all([pools.app.end(), pools.system.end()])
  })
  const store = createStore({ ...pools, isPooled }, createTenantSigner(secret))
  const owned = stack.move()
  return { store, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** An embedded database that a server has started, which only that server may stop. */
const besideServer = async ({ database, dataDir, secretKey: configured }: Config) => {
  const running = database.kind === 'embedded' ? await findRunningDatabase(dataDir) : undefined
  if (running === undefined) return undefined
  const secret = await loadSecret({ configured, dataDir, log: () => undefined })
  return { ...applicationAddresses(running, { secret, database: running.database }), secret, isPooled: false }
}

/** Does something with the rows. Standard output stays for the result. */
export const withStore = async <T>(
  config: Config,
  { stderr }: Pick<Io, 'stderr'>,
  use: (store: Store) => Promise<T>,
): Promise<T> => {
  try {
    await using opened = await openStore(config, createLogger({ level: 'warn', format: 'pretty', stream: stderr }))
    return await use(opened.store)
  } catch (error) {
    throw explainStartError(error, config)
  }
}
