import type { ClaimedPush } from './push-deliveries.ts'
import { statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

// What the holder of a configuration does with dead letters that shall be sent once more.

const next = statement(`
  select seq::float8 as seq from push_dead_letters
  where tenant_id = $1 and task_id = $2 and config_id = $3 and retry_at is not null order by seq limit 1`)

/** The first event of a configuration that shall be sent once more; null if there is none. */
export async function findRetry(tx: SystemWriter, { tenantId, taskId, id }: ClaimedPush): Promise<number | null> {
  const [row] = await tx.query<{ seq: number }>(next, [tenantId, taskId, id])
  return row?.seq ?? null
}

const renewed = `with config as (
    update push_configs set next_at = now() + make_interval(secs => $6)
    where tenant_id = $1 and task_id = $2 and id = $3 and lease_token = $4 returning tenant_id, task_id, id
  )`
const ofConfig = 'd.tenant_id = c.tenant_id and d.task_id = c.task_id and d.config_id = c.id and d.seq = $5'

const remove = statement(`${renewed}
  , letter as (delete from push_dead_letters d using config c where ${ofConfig}) select 1 from config`)
const keep = statement(`${renewed}
  , letter as (
    update push_dead_letters d set retry_at = null, reason = $7, attempts = attempts + 1, created_at = now()
    from config c where ${ofConfig}
  ) select 1 from config`)

interface Retried {
  seq: number
  leaseSeconds: number
  /** Why it stays a dead letter; null if it was delivered after all. */
  reason: string | null
}

/** Notes how it went, and renews the lease. @returns false if the lease is lost, or the configuration deleted. */
export async function settleRetry(
  tx: SystemWriter,
  { tenantId, taskId, id, token }: ClaimedPush,
  { seq, leaseSeconds, reason }: Retried,
): Promise<boolean> {
  const values = [tenantId, taskId, id, token, seq, leaseSeconds]
  const rows = await (reason === null ? tx.query(remove, values) : tx.query(keep, [...values, reason]))
  return rows.length > 0
}

const end = statement(`
  update push_configs set retry_token = null
  where tenant_id = $1 and task_id = $2 and id = $3 and lease_token = $4 and retry_token = $5`)

/** All that was to be sent once more when the configuration was taken has been. What somebody has wanted since stays. */
export async function endRetries(
  tx: SystemWriter,
  { tenantId, taskId, id, token, retryToken }: ClaimedPush,
): Promise<void> {
  await tx.query(end, [tenantId, taskId, id, token, retryToken])
}
