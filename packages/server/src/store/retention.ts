import { lockKey } from '../db/advisory-lock.ts'
import { plannedPerCall, statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

// Nothing is indexed for retention, because every submission would pay for it. Ids hold the time of their task, so what
// is old lies together in the primary keys: they are walked in portions, tenant by tenant. What a clock that is ahead
// has named is looked at as well.
const oldFloor = (days: string) => `uuid_floor(now() - make_interval(days => ${days}))`
const aheadFloor = `uuid_floor(now() + interval '1 day')`

const ended = (days: string) =>
  `t.state in ('completed', 'failed', 'canceled', 'rejected') and t.status_at < now() - make_interval(days => ${days})`

const lock = statement('select pg_try_advisory_xact_lock($1, $2) as got')

/** Keeps other processes from the same work until the transaction ends. @returns false if one is at it. */
export async function lockRetention(tx: SystemWriter): Promise<boolean> {
  const [row] = await tx.query<{ got: boolean }>(lock, lockKey('retention'))
  return row?.got === true
}

/** A month of the event log. */
export interface LogMonth {
  /** Of its partition. */
  name: string
  /** The first id in it and the first behind it. */
  first: string
  next: string
}

const months = statement(`
  select name, uuid_floor(start at time zone 'UTC') as first,
    uuid_floor((start + interval '1 month') at time zone 'UTC') as next
  from (
    select c.relname as name, to_date(right(c.relname, 7), 'YYYY"m"MM')::timestamp as start
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'task_events'::regclass and c.relname ~ '^task_events_y[0-9]{4}m[0-9]{2}$'
  ) month
  where (start + interval '1 month') at time zone 'UTC' < now() - make_interval(days => $1)
  order by start`)

/** The months of the log that were over before the given number of days. */
export const findPastMonths = (tx: SystemWriter, days: number): Promise<LogMonth[]> => tx.query(months, [days])

const lockMonth = statement('select lock_task_event_partition($1)')
const dropMonth = statement('select drop_task_event_partition($1)')

/** Keeps new tasks out of a month until the transaction ends. */
export const lockLogMonth = async (tx: SystemWriter, { name }: LogMonth): Promise<unknown> =>
  await tx.query(lockMonth, [name])

/** Drops a month of the log with everything in it. */
export const dropLogMonth = async (tx: SystemWriter, { name }: LogMonth): Promise<unknown> =>
  await tx.query(dropMonth, [name])

const kept = plannedPerCall(`
  select exists (
    select from tenants n, lateral (
      select from tasks t where t.tenant_id = n.id and t.id >= $1 and t.id < $2 and not (${ended('$3')}) limit 1) task
  ) as found`)

/** Whether a task of a month has not ended, or ended within the given number of days. */
export async function hasKeptTasks(tx: SystemWriter, { first, next }: LogMonth, days: number): Promise<boolean> {
  const [row] = await tx.query<{ found: boolean }>(kept, [first, next, days])
  return row?.found !== false
}

/** A portion of the walk through what a tenant has. */
export interface Walk {
  tenantId: string
  days: number
  /** Rows that one portion looks at, or deletes with the tasks that it looks at. */
  portion: number
  /** False: only count. */
  really: boolean
}

/** The place behind an event. */
export interface EventPlace {
  taskId: string
  seq: string
}

// The place stands there twice: once for the index, once for the partitions.
const eventsBehind = (taskId: string, seq: string) => `
  select task_id, seq from task_events
  where tenant_id = $1 and task_id >= ${taskId} and (task_id, seq) > (${taskId}, ${seq})`

// The log of a task that stays is left at once: its next place is behind its last event.
const prune = plannedPerCall(`
  with page as materialized (
    select * from (
      (${eventsBehind('$2', '$3')} and task_id < ${oldFloor('$4')} order by task_id, seq limit $5)
      union all
      (${eventsBehind(`greatest($2, ${aheadFloor})`, `case when $2 > ${aheadFloor} then $3 else 0 end`)}
        order by task_id, seq limit $5)
    ) e order by task_id, seq limit $5
  ), judged as materialized (
    select *, coalesce((select ${ended('$4')} from tasks t where t.tenant_id = $1 and t.id = p.task_id), false) as due
    from page p
  ), deleted as (
    delete from task_events e using judged j
    where $6 and j.due and e.tenant_id = $1 and e.task_id = j.task_id and e.seq = j.seq
  )
  select task_id as "taskId", (case when due then seq else 9223372036854775807 end)::text as seq,
    (select count(*)::int from judged where due) as events
  from judged order by task_id desc, judged.seq desc limit 1`)

/** Prunes the log of tasks that ended before the given number of days. @returns null when the walk is over. */
export async function pruneEvents(
  tx: SystemWriter,
  { tenantId, days, portion, really }: Walk,
  after: EventPlace,
): Promise<{ events: number; last: EventPlace } | null> {
  const values = [tenantId, after.taskId, after.seq, days, portion, really]
  const [row] = await tx.query<EventPlace & { events: number }>(prune, values)
  return row ? { events: row.events, last: { taskId: row.taskId, seq: row.seq } } : null
}

const tasksBehind = (id: string) => `
  select id, state, status_at, last_seq from tasks where tenant_id = $1 and id > ${id}`

const rowsOfTasks = [
  'task_events',
  'task_messages',
  'task_artifacts',
  'blobs',
  'push_configs',
  'push_dead_letters',
  'task_work',
]

// A task has about as many rows as events, so a portion ends where their sum is reached. The requests of these tasks are
// forgotten long ago.
const remove = plannedPerCall(`
  with page as materialized (
    select * from (
      select *, sum(last_seq) over (order by id) - last_seq as before
      from (
        (${tasksBehind('$2')} and id < ${oldFloor('$3')} order by id limit $4)
        union all
        (${tasksBehind(`greatest($2, ${aheadFloor})`)} order by id limit $4)
      ) t order by id limit $4
    ) t where before < $4
  ), due as materialized (
    select id from page t where ${ended('$3')}
  ), ${rowsOfTasks
    .map(
      table => `${table}_of as (delete from ${table} where $5 and tenant_id = $1 and task_id in (select id from due))`,
    )
    .join(', ')}, task as (
    delete from tasks where $5 and tenant_id = $1 and id in (select id from due)
  )
  select id as last, (select count(*)::int from due) as tasks from page order by id desc limit 1`)

/** Deletes tasks that ended before the given number of days with all their rows. @returns null when the walk is over. */
export async function deleteTasks(
  tx: SystemWriter,
  { tenantId, days, portion, really }: Walk,
  after: string,
): Promise<{ tasks: number; last: string } | null> {
  const [row] = await tx.query<{ tasks: number; last: string }>(remove, [tenantId, after, days, portion, really])
  return row ?? null
}
