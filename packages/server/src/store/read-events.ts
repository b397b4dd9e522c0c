import { limits } from '@codetether/protocol/limits'
import type { LoggedEvent, TaskEvent } from '@codetether/protocol/task-event'
import type { TaskState } from '@codetether/protocol/task-state'
import type { LogPart } from '../news.ts'
import { statement } from './statement.ts'
import type { Reader } from './store.ts'

interface EventRow {
  seq: number
  generation: number | null
  kind: TaskEvent['kind']
  at: Date
  body: object
}

// One row more than is wanted tells whether there are more. The size is that of the stored, perhaps compressed body.
// What the task's row says is of the same moment: by it a reader knows that the log is whole.
const read = statement(`
  select e.*, t.generation::float8 as reached, t.state as "taskState"
  from tasks t left join lateral (
    select seq::float8 as seq, generation::float8 as generation, kind, at, body, found::int
    from (
      select *, count(*) over () as found, row_number() over (order by seq) as place,
        sum(pg_column_size(body)) over (order by seq) - pg_column_size(body) as before
      from (
        select * from task_events where tenant_id = $1 and task_id = $2 and seq > $3 order by seq limit $4 + 1
      ) e
    ) e
    where place <= $4 and before < $5
  ) e on true
  where t.tenant_id = $1 and t.id = $2
  order by e.seq`)

export interface EventRange {
  tenantId: string
  taskId: string
  afterSeq: number
}

type LogRow = (EventRow & { found: number }) | { seq: null }

/** The next events of a task in order, at most so many that a reader may hold them. Null if there is no such task. */
export async function readEvents(tx: Reader, { tenantId, taskId, afterSeq }: EventRange): Promise<LogPart | null> {
  const rows = await tx.query<LogRow & { reached: number; taskState: TaskState }>(read, [
    tenantId,
    taskId,
    afterSeq,
    limits.streamBatchEvents,
    limits.streamBatchBytes,
  ])
  const [first] = rows
  if (!first) return null
  const { reached, taskState: state } = first
  if (first.seq === null) return { events: [], more: false, reached, state }
  const events = rows.flatMap(row => (row.seq === null ? [] : [toEvent(row)]))
  return { events, more: first.found > events.length, reached, state }
}

const toEvent = ({ seq, generation, kind, at, body }: EventRow) =>
  ({ ...body, seq, generation, kind, at }) as LoggedEvent

// Retention takes the oldest events first: what is left is the end of the log.
const earliest = statement(`
  select coalesce((
    select e.generation - 1 from task_events e
    where e.tenant_id = t.tenant_id and e.task_id = t.id and e.generation is not null
    order by e.seq limit 1), t.generation)::float8 as cursor
  from tasks t where t.tenant_id = $1 and t.id = $2`)

/** The earliest generation from which a reader can go on without a gap. */
export async function findEarliestCursor(tx: Reader, tenantId: string, taskId: string): Promise<number | null> {
  const [row] = await tx.query<{ cursor: number }>(earliest, [tenantId, taskId])
  return row?.cursor ?? null
}
