import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '@codetether/server/db/address'
import { withConnection } from '@codetether/server/db/connect'
import { startEmbedded } from '@codetether/server/db/embedded/start-embedded'
import { migrationsDirectory } from '@codetether/server/db/migrations-directory'
import { prepareDatabase } from '@codetether/server/db/prepare'
import type { ClusterAddress } from './cluster-address.ts'

export interface TestCluster extends AsyncDisposable {
  readonly address: ClusterAddress
}

/** The data lives for minutes: nothing has to survive a power loss, and a commit need not wait for the disk. */
const settings = { fsync: 'off', full_page_writes: 'off', autovacuum: 'off', max_connections: 200 }
const template = 'codetether_template'
const secret = 'the secret that all tests share, because roles belong to the whole cluster'

/** One PostgreSQL for a whole run of tests, in a temporary directory, with a template that is migrated once. */
export async function startTestCluster(log: Log): Promise<TestCluster> {
  await using stack = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'codetether-test-'))
  stack.defer(() => rm(directory, { recursive: true, force: true }))
  // PostgreSQL may run under another uid, which has to pass.
  await chmod(directory, 0o711)
  const database = await startEmbedded({ dataDir: join(directory, 'data'), log, settings })
  stack.defer(() => rm(database.directory, { recursive: true, force: true }))
  stack.use(database)
  const { admin } = database
  await prepareDatabase(admin, { secret, directory: migrationsDirectory, log, database: template })
  await withConnection(admin, client =>
    client.query(`alter database ${template} is_template true allow_connections false`),
  )
  const owned = stack.move()
  return { address: { admin, template, secret }, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
