import { setTimeout as delay } from 'node:timers/promises'
import { PlatformError } from '@codetether/protocol/errors'
import { type Client, DatabaseError } from 'pg'
import type { DatabaseAddress } from '../address.ts'
import { connect } from '../connect.ts'
import { superuser } from './init-cluster.ts'
import { isPostmaster, type Postmaster } from './postmaster.ts'

/** The database of a cluster that always exists. */
const maintenanceDatabase = 'postgres'

const notYet = ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE']
/** cannot_connect_now: it starts, recovers or stops. admin_shutdown, crash_shutdown: it stopped just now. */
const notNow = ['57P03', '57P01', '57P02']

const isTemporary = (error: unknown): boolean => {
  if (!(error instanceof Error) || !('code' in error)) return error instanceof Error && /terminated/.test(error.message)
  return (error instanceof DatabaseError ? notNow : notYet).includes(String(error.code))
}

/** How the superuser reaches this postmaster. The socket is faster, and nobody else can listen there. */
export const addressOf = (postmaster: Postmaster, password: string): DatabaseAddress => ({
  host: postmaster.socketDir ?? '127.0.0.1',
  port: postmaster.port,
  database: maintenanceDatabase,
  user: superuser,
  password,
})

/** Connects to a postmaster as soon as it lets anybody in. Null if it ended, or still does not at the deadline. */
export async function reach(
  cluster: string,
  postmaster: Postmaster,
  { password, deadline }: { password: string; deadline: number },
): Promise<Client | null> {
  while (performance.now() < deadline && (await isPostmaster(cluster, postmaster.pid))) {
    try {
      const client = await connect(addressOf(postmaster, password), { name: 'codetether owner' })
      if (await servesCluster(client, cluster)) return client
      await client.end()
      throw new PlatformError('CONFLICT', `port ${postmaster.port} answers for another cluster than ${cluster}`)
    } catch (error) {
      if (!isTemporary(error)) throw error
    }
    await delay(10)
  }
  return null
}

async function servesCluster(client: Client, cluster: string): Promise<boolean> {
  const { rows } = await client.query<{ data_directory: string }>('show data_directory')
  return rows[0]?.data_directory === cluster
}
