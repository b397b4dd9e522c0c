import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withConnection } from '../packages/server/src/db/connect.ts'
import { dumpSchema } from '../packages/server/src/db/dump-schema.ts'
import { migrationsDirectory } from '../packages/server/src/db/migrations-directory.ts'
import { startTestCluster } from '../packages/testing/src/test-cluster.ts'
import { createTestDatabase } from '../packages/testing/src/test-database.ts'

/** Rewrites `schema.sql`, the effect of all migrations, from a database that is migrated for this purpose. */
await using cluster = await startTestCluster(() => {})
await using database = await createTestDatabase(cluster.address)
const path = join(migrationsDirectory, 'schema.sql')
await writeFile(path, await withConnection(database.admin, dumpSchema))
console.log(`wrote ${path}`)
