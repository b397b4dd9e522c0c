import { PlatformError } from '@codetether/protocol/errors'
import { type Connections, type PoolClient, takeConnection } from '../db/pool.ts'
import { isRetryable, toPlatformError } from '../db/sql-errors.ts'
import type { TenantSigner } from '../db/tenant-context.ts'
import { type Statement, statement } from './statement.ts'

/** Runs statements inside one transaction of one tenant. */
export interface Reader {
  query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>
}

/** A reader that may write. */
export interface Writer extends Reader {
  readonly writes: true
}

/** What background work uses: it sees all tenants, through policies of its own. */
export interface SystemWriter extends Reader {
  readonly system: true
}

/** The way to rows: a handle per tenant, inside which row-level security is set. */
export interface Store {
  /** A read-only transaction in one round trip: `fn` issues all its statements at once. */
  read<T>(tenantId: string, fn: (tx: Reader) => Promise<T>): Promise<T>
  /** A transaction in one round trip: `fn` issues all its statements at once. Resolves after COMMIT. */
  write<T>(tenantId: string, fn: (tx: Writer) => Promise<T>): Promise<T>
  /** A transaction whose later statements depend on earlier answers. Resolves after COMMIT. */
  transact<T>(tenantId: string, fn: (tx: Writer) => Promise<T>): Promise<T>
  /** A transaction of background work. */
  system<T>(fn: (tx: SystemWriter) => Promise<T>): Promise<T>
}

const setContext = statement(`select set_config('codetether.tenant_context', $1, true)`)

/** A transaction on a connection of its own, open until `close`. */
class Transaction implements Writer, SystemWriter {
  readonly writes = true
  readonly system = true
  readonly #client: PoolClient
  readonly #keepsPlans: boolean
  #open = true

  constructor(client: PoolClient, keepsPlans: boolean) {
    this.#client = client
    this.#keepsPlans = keepsPlans
  }

  async query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    // A statement after COMMIT would run on its own, without the tenant's context.
    if (!this.#open) throw new Error('statement issued after the end of its transaction')
    const { name, text } = statement
    const kept = this.#keepsPlans && name !== undefined ? { name } : {}
    const result = await this.#client.query({ ...kept, text, values: [...values] })
    return result.rows
  }

  close() {
    this.#open = false
  }
}

interface Mode<T> {
  begin: 'BEGIN' | 'BEGIN READ ONLY'
  /** COMMIT travels with the statements instead of after their answers. */
  pipelined: boolean
  /** Statements with a name are prepared once for each connection. */
  keepsPlans: boolean
  context?: string
  fn: (tx: Transaction) => Promise<T>
}

async function execute<T>(client: PoolClient, mode: Mode<T>): Promise<T> {
  const tx = new Transaction(client, mode.keepsPlans)
  const { statements, work } = issue(client, tx, mode)
  if (mode.pipelined) return settle(statements, work)
  try {
    await settle(statements, work)
  } catch (error) {
    tx.close()
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
  await commit(client, tx)
  return work
}

/** Everything that can be sent at once, in one write to the socket instead of one for each statement. */
function issue<T>(client: PoolClient, tx: Transaction, { begin, pipelined, context, fn }: Mode<T>) {
  const { stream } = client.connection
  stream.cork()
  try {
    const statements: Promise<unknown>[] = [client.query(begin)]
    if (context !== undefined) statements.push(tx.query(setContext, [context]))
    const work = fn(tx)
    statements.push(work)
    if (pipelined) statements.push(commit(client, tx))
    return { statements, work }
  } finally {
    stream.uncork()
  }
}

/** COMMIT after a statement that failed rolls back; that statement's error is then the one to report. */
const commit = (client: PoolClient, tx: Transaction) => {
  tx.close()
  return client.query('COMMIT')
}

/** Waits for all, then fails with the earliest failure: it is the cause of the later ones. */
async function settle<T>(statements: Promise<unknown>[], work: Promise<T>): Promise<T> {
  await Promise.allSettled(statements)
  await Promise.all(statements)
  return work
}

async function inTransaction<T>(pool: Connections, mode: Mode<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await takeConnection(pool)
    let broken: boolean | Error = false
    try {
      return await execute(client, mode)
    } catch (error) {
      const failure = toPlatformError(error)
      if (failure instanceof PlatformError && failure.code === 'UNAVAILABLE' && !isRetryable(error)) broken = true
      if (!isRetryable(error) || attempt === 3) throw failure
    } finally {
      client.release(broken)
    }
  }
}

/** The pools of the two roles that serve: `ct_app` for tenants, `ct_system` for background work. */
export interface Pools {
  app: Connections
  system: Connections
  /** A pooler of transactions stands before the database: a connection does not find again what it has prepared. */
  isPooled?: boolean
}

export function createStore({ app, system, isPooled = false }: Pools, signer: TenantSigner): Store {
  const keepsPlans = !isPooled
  const of = (tenantId: string) => ({ keepsPlans, context: signer.sign(tenantId) })
  return {
    read: (tenantId, fn) => inTransaction(app, { ...of(tenantId), begin: 'BEGIN READ ONLY', pipelined: true, fn }),
    write: (tenantId, fn) => inTransaction(app, { ...of(tenantId), begin: 'BEGIN', pipelined: true, fn }),
    transact: (tenantId, fn) => inTransaction(app, { ...of(tenantId), begin: 'BEGIN', pipelined: false, fn }),
    system: fn => inTransaction(system, { begin: 'BEGIN', pipelined: false, keepsPlans, fn }),
  }
}
