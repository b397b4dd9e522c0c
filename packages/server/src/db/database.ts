import type { DatabaseAddress } from './address.ts'
import type { Runtime } from './embedded/runtime-file.ts'

/** A database with the current schema and the two logins that serve. */
export interface Database extends AsyncDisposable {
  app: DatabaseAddress
  system: DatabaseAddress
  /** `system` where sessions last, for LISTEN; null if only a pooler of transactions can be reached. */
  direct: DatabaseAddress | null
  /** `app` and `system` lead to a pooler of transactions: nothing of a session outlives its transaction. */
  isPooled: boolean
  /** The master secret: it signs what the database verifies. */
  secret: string
  /** True if no other process can be serving from it. */
  isOwn: boolean
  /** Resolves with the reason if the database ends by itself. */
  failed: Promise<Error>
  /** Tells the command line where this server is. */
  announce(server: Omit<Runtime, 'database' | 'startedAt'>): Promise<void>
}
