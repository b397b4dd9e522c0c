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

const read = statement(`
  select seq::float8 as seq, generation::float8 as generation, kind, at, body from task_events
  where tenant_id = $1 and task_id = $2 and seq > $3 order by seq limit $4`)

/** The events of a task after a seq, in order. */
export async function readEvents(
  tx: Reader,
  { tenantId, taskId, afterSeq, limit }: { tenantId: string; taskId: string; afterSeq: number; limit: number },
): Promise<LoggedEvent[]> {
  const rows = await tx.query<EventRow>(read, [tenantId, taskId, afterSeq, limit])
  return rows.map(({ body, ...place }) => ({ ...body, ...place }) as LoggedEvent)
}
