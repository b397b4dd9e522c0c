import { type Client, DatabaseError } from 'pg'
import { lockKey } from '../advisory-lock.ts'

/** The backend of an owner that was killed needs a moment to notice and to let go. */
const patienceMs = 1_500

/**
 * Makes this connection the sign that the cluster has a living owner, for as long as it lasts. Exactly one connection
 * gets it. False if somebody else has it.
 */
export async function takeOwnerLock(client: Client): Promise<boolean> {
  await client.query(`set lock_timeout = ${patienceMs}`)
  try {
    await client.query('select pg_advisory_lock($1, $2)', lockKey('owner'))
    return true
  } catch (error) {
    if (error instanceof DatabaseError && error.code === '55P03') return false
    throw error
  }
}
