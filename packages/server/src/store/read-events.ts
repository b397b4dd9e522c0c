import { limits } from '@codetether/protocol/limits'
import type { LoggedEvent, TaskEvent } from '@codetether/protocol/task-event'
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
const read = statement(`
  select seq::float8 as seq, generation::float8 as generation, kind, at, body, found::int
  from (
    select *, count(*) over () as found, row_number() over (order by seq) as place,
      sum(pg_column_size(body)) over (order by seq) - pg_column_size(body) as before
    from (
      select * from task_events where tenant_id = $1 and task_id = $2 and seq > $3 order by seq limit $4 + 1
    ) e
  ) e
  where place <= $4 and before < $5
  order by seq`)

export interface EventRange {
  tenantId: string
  taskId: string
  afterSeq: number
}

/** The next events of a task in order, at most so many that a reader may hold them, and whether there are more. */
export async function readEvents(
  tx: Reader,
  { tenantId, taskId, afterSeq }: EventRange,
): Promise<{ events: LoggedEvent[]; more: boolean }> {
  const { streamBatchEvents, streamBatchBytes } = limits
  const rows = await tx.query<EventRow & { found: number }>(read, [
    tenantId,
    taskId,
    afterSeq,
    streamBatchEvents,
    streamBatchBytes,
  ])
  const events = rows.map(({ body, found, ...place }) => ({ ...body, ...place }) as LoggedEvent)
  return { events, more: (rows[0]?.found ?? 0) > rows.length }
}
