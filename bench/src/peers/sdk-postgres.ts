import { DatabaseTaskStore } from '@a2a-js/sdk/server/database'
import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { type PeerServer, type PeerSettings, servePeer } from './peer.ts'
import type { Orders } from './script.ts'
import { executorOf } from './sdk-executor.ts'
import { startSdkServer } from './sdk-server.ts'

/** pg's own default. Measured: sizes from 6 to 32 differ by less than the noise; this one costs least CPU. */
const POOL_SIZE = 10

async function start({ database, agent, allDoors }: PeerSettings, orders: Orders): Promise<PeerServer> {
  if (database === null) throw new Error('the SDK on PostgreSQL needs a database')
  const pool = new Pool({ connectionString: database, max: POOL_SIZE })
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  const server = await startSdkServer(new DatabaseTaskStore(kysely), executorOf(agent, orders), allDoors)
  return {
    url: server.url,
    doors: server.doors,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await kysely.destroy()
    },
  }
}

servePeer(start)
