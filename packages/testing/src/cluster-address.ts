import type { DatabaseAddress } from '@codetether/server/db/address'
import { environment } from './environment.ts'

/** What test files need to know about the cluster that `npm test` runs for them. */
export interface ClusterAddress {
  /** The superuser in the maintenance database. */
  readonly admin: DatabaseAddress
  /** A migrated database to copy. */
  readonly template: string
  /** Roles belong to the cluster, so all tests share the secret from which their passwords come. */
  readonly secret: string
}

export function clusterAddress(): ClusterAddress {
  const { cluster } = environment
  if (cluster === undefined)
    throw new Error('tests need the database cluster that `npm test -- <path>` starts for them')
  return JSON.parse(cluster)
}
