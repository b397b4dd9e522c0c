import { plannedPerCall } from './statement.ts'
import type { Reader, SystemWriter, Writer } from './store.ts'

/** A notification that was given up. */
export interface DeadLetter {
  tenantId: string
  taskId: string
  configId: string
  seq: number
  /** Empty if the configuration is gone. */
  url: string
  reason: string
  attempts: number
  /** When it was given up, the last time. */
  at: Date
  /** It waits to be sent once more. */
  retrying: boolean
}

/** Which dead letters are meant; null for all, of those that the transaction sees. */
export interface DeadLetterFilter {
  tenantId: string | null
  /** Whose tasks they tell of. */
  principal: string | null
  taskId: string | null
  configId: string | null
  seq: number | null
}

/** The place in a listing behind a dead letter. */
export type DeadLetterPlace = Pick<DeadLetter, 'at' | 'taskId' | 'configId' | 'seq'>

const meant = `($1::uuid is null or d.tenant_id = $1) and ($2::text is null or c.principal = $2)
    and ($3::uuid is null or d.task_id = $3) and ($4::text is null or d.config_id = $4)
    and ($5::bigint is null or d.seq = $5)`

const valuesOf = ({ tenantId, principal, taskId, configId, seq }: DeadLetterFilter) => [
  tenantId,
  principal,
  taskId,
  configId,
  seq,
]

const list = plannedPerCall(`
  select d.tenant_id as "tenantId", d.task_id as "taskId", d.config_id as "configId", d.seq::float8 as seq,
    coalesce(c.url, '') as url, d.reason, d.attempts, d.created_at as at, d.retry_at is not null as retrying
  from push_dead_letters d
    left join push_configs c on c.tenant_id = d.tenant_id and c.task_id = d.task_id and c.id = d.config_id
  where ${meant} and ($6::timestamptz is null or (d.created_at, d.task_id, d.config_id, d.seq) < ($6, $7::uuid, $8, $9))
  order by d.created_at desc, d.task_id desc, d.config_id desc, d.seq desc limit $10`)

/** Dead letters, the latest first, behind a place. */
export function listDeadLetters(
  tx: Reader | SystemWriter,
  filter: DeadLetterFilter,
  { after, limit }: { after: DeadLetterPlace | null; limit: number },
): Promise<DeadLetter[]> {
  const place = [after?.at, after?.taskId, after?.configId, after?.seq].map(value => value ?? null)
  return tx.query(list, [...valuesOf(filter), ...place, limit])
}

// The configurations first, in one order, as senders lock them. One that is being sent for is due when its sender gives
// it back: the token is another one.
const retry = plannedPerCall(`
  with meant as materialized (
    select d.tenant_id, d.task_id, d.config_id as id, d.seq
    from push_dead_letters d
      join push_configs c on c.tenant_id = d.tenant_id and c.task_id = d.task_id and c.id = d.config_id
    where ${meant}
  ), held as materialized (
    select tenant_id, task_id, id from push_configs
    where (tenant_id, task_id, id) in (select tenant_id, task_id, id from meant)
    order by tenant_id, task_id, id for update
  ), told as (
    update push_configs c set retry_token = gen_random_uuid(),
      next_at = case when c.lease_token is null then now() else c.next_at end
    from held h where c.tenant_id = h.tenant_id and c.task_id = h.task_id and c.id = h.id
    returning c.tenant_id, c.task_id, c.id
  ), marked as (
    update push_dead_letters d set retry_at = now()
    from told t join meant m using (tenant_id, task_id, id)
    where d.tenant_id = t.tenant_id and d.task_id = t.task_id and d.config_id = t.id and d.seq = m.seq
    returning 1
  )
  select count(*)::int as marked from marked`)

/** Lets dead letters be sent once more whose configurations are still there. @returns how many. */
export async function retryDeadLetters(tx: Writer | SystemWriter, filter: DeadLetterFilter): Promise<number> {
  const [row] = await tx.query<{ marked: number }>(retry, valuesOf(filter))
  return row?.marked ?? 0
}
