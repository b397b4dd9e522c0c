import { plannedPerCall } from './statement.ts'
import type { SystemWriter } from './store.ts'

/** A portion of the walk through all tasks that have push notifications. */
export interface PushWalk {
  /** The place behind a task. */
  tenantId: string
  taskId: string
}

// A portion is a number of tasks, each with few configurations. Dead letters are looked at by their configuration: one
// that was written while its configuration was deleted belongs to nobody either.
const sweep = (table: string, isOrphan: string) =>
  plannedPerCall(`
    with recursive page as (
      (select tenant_id, task_id, 1 as n from ${table} where (tenant_id, task_id) > ($1, $2)
        order by tenant_id, task_id limit 1)
      union all
      select r.tenant_id, r.task_id, p.n + 1 from page p, lateral (
        select tenant_id, task_id from ${table} where (tenant_id, task_id) > (p.tenant_id, p.task_id)
        order by tenant_id, task_id limit 1) r
      where p.n < $3
    ), swept as (
      delete from ${table} r using page p
      where r.tenant_id = p.tenant_id and r.task_id = p.task_id and not exists (${isOrphan})
      returning 1
    )
    select tenant_id as "tenantId", task_id as "taskId", (select count(*)::int from swept) as swept
    from page order by n desc limit 1`)

const statements = {
  configs: sweep('push_configs', 'select from tasks t where t.tenant_id = r.tenant_id and t.id = r.task_id'),
  letters: sweep(
    'push_dead_letters',
    'select from push_configs c where c.tenant_id = r.tenant_id and c.task_id = r.task_id and c.id = r.config_id',
  ),
}

/** Deletes what is left of tasks, or of configurations, that are gone. @returns null when the walk is over. */
export async function sweepPushes(
  tx: SystemWriter,
  what: keyof typeof statements,
  after: PushWalk,
  tasks: number,
): Promise<(PushWalk & { swept: number }) | null> {
  const values = [after.tenantId, after.taskId, tasks]
  const [row] = await tx.query<PushWalk & { swept: number }>(statements[what], values)
  return row ?? null
}
