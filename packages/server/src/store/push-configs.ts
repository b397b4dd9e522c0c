import { limits } from '@codetether/protocol/limits'
import { statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'
import type { WireVersion } from './tasks.ts'

/** Who wants to be told of a task, as it is stored. */
export interface NewPushConfig {
  taskId: string
  id: string
  principal: string
  wireVersion: WireVersion
  url: string
  authScheme: string | null
  /** Token and credentials, encrypted. */
  sealed: Buffer
}

/** What of it may be shown. */
export type PushConfigRow = Omit<NewPushConfig, 'sealed' | 'principal' | 'wireVersion'>

// The row of the task is locked first: an event is either before the configuration or marks it. One that replaces another
// keeps its place in the log; whoever sends for the old one loses the lease.
const upsert = statement(`
  with task as (
    update tasks set has_push = true where tenant_id = $1 and id = $2 and principal = $4 returning last_seq
  )
  insert into push_configs as c
    (tenant_id, task_id, id, principal, wire_version, url, auth_scheme, sealed, sent_seq, pending_seq, next_at)
  select $1, $2, $3, $4, $5, $6, $7, $8, case when $9 then 0 else last_seq end, last_seq, case when $9 then now() end
  from task
  where $10 > (select count(*) from push_configs where tenant_id = $1 and task_id = $2 and id <> $3)
  on conflict (tenant_id, task_id, id) do update set
    wire_version = excluded.wire_version, url = excluded.url, auth_scheme = excluded.auth_scheme, sealed = excluded.sealed,
    sent_seq = case when c.disabled_at is null then c.sent_seq else excluded.sent_seq end,
    pending_seq = excluded.pending_seq,
    next_at = case when c.retry_token is not null or (c.disabled_at is null and c.sent_seq < c.pending_seq) then now() end,
    lease_owner = null, lease_token = null, failures = 0, disabled_at = null
  returning id`)

/**
 * Stores a configuration, or replaces the one with its id. It is told what happens from here on, or with `fromStart` the
 * whole log. @returns false if there is no such task of the principal, or it has enough configurations.
 */
export async function putPushConfig(
  tx: Writer,
  tenantId: string,
  { taskId, id, principal, wireVersion, url, authScheme, sealed }: NewPushConfig,
  fromStart = false,
): Promise<boolean> {
  const values = [tenantId, taskId, id, principal, wireVersion, url, authScheme, sealed, fromStart]
  const rows = await tx.query(upsert, [...values, limits.pushConfigsPerTask])
  return rows.length > 0
}

export interface PushConfigKey {
  tenantId: string
  taskId: string
  id: string
}

const shown = 'task_id as "taskId", id, url, auth_scheme as "authScheme"'

const find = statement(`select ${shown} from push_configs where tenant_id = $1 and task_id = $2 and id = $3`)

export async function findPushConfig(
  tx: Reader,
  { tenantId, taskId, id }: PushConfigKey,
): Promise<PushConfigRow | null> {
  const [row] = await tx.query<PushConfigRow>(find, [tenantId, taskId, id])
  return row ?? null
}

const list = statement(`
  select ${shown} from push_configs where tenant_id = $1 and task_id = $2 and id collate "C" > $3
  order by id collate "C" limit $4`)

/** The configurations of a task in the order of their ids, behind `id`. */
export const listPushConfigs = (
  tx: Reader,
  { tenantId, taskId, id, limit }: PushConfigKey & { limit: number },
): Promise<PushConfigRow[]> => tx.query(list, [tenantId, taskId, id, limit])

const remove = statement(`
  with letters as (delete from push_dead_letters where tenant_id = $1 and task_id = $2 and config_id = $3)
  delete from push_configs where tenant_id = $1 and task_id = $2 and id = $3`)

/** Deletes a configuration, if it is there, with what was not delivered to it. */
export async function deletePushConfig(tx: Writer, { tenantId, taskId, id }: PushConfigKey): Promise<void> {
  await tx.query(remove, [tenantId, taskId, id])
}
