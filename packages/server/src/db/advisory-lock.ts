import type { ClientBase } from 'pg'

/** The class of all advisory locks of this program, and the number of each. They are per database. */
const lockClass = 0x0c0de
const locks = { owner: 1, migrate: 2, roles: 3, database: 4, retention: 5 } as const

export type LockName = keyof typeof locks

/** The two arguments of pg_advisory_lock and its relatives. */
export const lockKey = (name: LockName): [number, number] => [lockClass, locks[name]]

/** Holds a session's advisory lock while `work` runs; `onWait` is called if somebody else has it. */
export async function withAdvisoryLock<T>(
  client: ClientBase,
  { name, onWait }: { name: LockName; onWait?: () => void },
  work: () => Promise<T>,
): Promise<T> {
  const tried = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, $2) as got', lockKey(name))
  if (tried.rows[0]?.got !== true) {
    onWait?.()
    await client.query('select pg_advisory_lock($1, $2)', lockKey(name))
  }
  try {
    return await work()
  } finally {
    // Fails only on a broken connection, whose locks are gone already.
    await client.query('select pg_advisory_unlock($1, $2)', lockKey(name)).catch(() => {})
  }
}
