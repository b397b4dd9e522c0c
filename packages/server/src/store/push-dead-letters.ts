import type { PushTarget } from './push-deliveries.ts'
import { plannedPerCall, statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

/** A notification that was given up. */
export interface DeadLetter {
  tenant: string
  taskId: string
  configId: string
  seq: number
  url: string
  reason: string
  attempts: number
  at: Date
  /** It waits to be sent once more. */
  retrying: boolean
}

/** Which dead letters are meant; null for all. */
export interface DeadLetterFilter {
  taskId: string | null
}

const list = plannedPerCall(`
  select coalesce(n.name, d.tenant_id::text) as tenant, d.task_id as "taskId", d.config_id as "configId",
    d.seq::float8 as seq, coalesce(c.url, '') as url, d.reason, d.attempts, d.created_at as at,
    d.retry_at is not null as retrying
  from push_dead_letters d
    left join tenants n on n.id = d.tenant_id
    left join push_configs c on c.tenant_id = d.tenant_id and c.task_id = d.task_id and c.id = d.config_id
  where $1::uuid is null or d.task_id = $1
  order by d.created_at desc, d.task_id, d.config_id, d.seq desc limit $2`)

/** Dead letters of all tenants, the latest first. */
export const listDeadLetters = (tx: SystemWriter, { taskId }: DeadLetterFilter, limit: number): Promise<DeadLetter[]> =>
  tx.query(list, [taskId, limit])

const retry = plannedPerCall(`
  with marked as (
    update push_dead_letters set retry_at = now()
    where ($1::uuid is null or task_id = $1) and retry_at is null returning 1
  )
  select count(*)::int as marked from marked`)

/** Lets dead letters be sent once more. @returns how many. */
export async function retryDeadLetters(tx: SystemWriter, { taskId }: DeadLetterFilter): Promise<number> {
  const [row] = await tx.query<{ marked: number }>(retry, [taskId])
  return row?.marked ?? 0
}

/** A dead letter that this instance sends once more. */
export interface ClaimedLetter extends PushTarget {
  seq: number
  attempts: number
}

const claim = statement(`
  with due as (
    select tenant_id, task_id, config_id, seq from push_dead_letters
    where retry_at <= now() order by retry_at, task_id, config_id, seq limit $2 for update skip locked
  ), claimed as (
    update push_dead_letters l set retry_at = now() + make_interval(secs => $1)
    from due d where l.tenant_id = d.tenant_id and l.task_id = d.task_id and l.config_id = d.config_id and l.seq = d.seq
    returning l.*
  )
  select l.tenant_id as "tenantId", l.task_id as "taskId", c.id, c.principal, c.wire_version as "wireVersion", c.url,
    c.auth_scheme as "authScheme", c.sealed, l.seq::float8 as seq, l.attempts
  from claimed l join push_configs c on c.tenant_id = l.tenant_id and c.task_id = l.task_id and c.id = l.config_id
  order by l.task_id, l.config_id, l.seq`)

/** Takes dead letters that shall be sent once more, those of one configuration in their order. */
export const claimDeadLetters = (
  tx: SystemWriter,
  { leaseSeconds, limit }: { leaseSeconds: number; limit: number },
): Promise<ClaimedLetter[]> => tx.query(claim, [leaseSeconds, limit])

const key = 'tenant_id = $1 and task_id = $2 and config_id = $3 and seq = $4'
const keyOf = ({ tenantId, taskId, id, seq }: ClaimedLetter) => [tenantId, taskId, id, seq]

const remove = statement(`delete from push_dead_letters where ${key}`)

/** A dead letter was delivered after all. */
export async function deleteDeadLetter(tx: SystemWriter, letter: ClaimedLetter): Promise<void> {
  await tx.query(remove, keyOf(letter))
}

const keep = statement(`
  update push_dead_letters set retry_at = null, reason = $5, attempts = attempts + 1, created_at = now() where ${key}`)

/** A dead letter stays one. */
export async function keepDeadLetter(tx: SystemWriter, letter: ClaimedLetter, reason: string): Promise<void> {
  await tx.query(keep, [...keyOf(letter), reason])
}
