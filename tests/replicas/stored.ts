import type { DatabaseAddress } from '@codetether/server/db/address'
import { withConnection } from '@codetether/server/db/connect'
import type { History, StoredEvent } from '../journeys/history.ts'
import type { Frame } from './reader.ts'

/** An event and who says to have written it. */
export interface StampedEvent extends StoredEvent {
  actor: string
  /** Of an event that begins an attempt: its number. */
  begins: number | null
  /** The attempt whose number the agents of `agents.ts` have put on what they wrote. */
  stamp: number | null
  /** What it says. */
  text: string
}

export interface StampedHistory extends Pick<History, 'tasks'> {
  /** Of each task in the order of its log. */
  events: readonly StampedEvent[]
}

const text = `coalesce(body #>> '{artifact,parts,0,text}', body #>> '{message,parts,0,text}', '')`
const stamp = `coalesce(body #>> '{artifact,parts,0,metadata,attempt}', body #>> '{message,parts,0,metadata,attempt}',
  body #>> '{metadata,attempt}')::int`

/** What every reader of a whole task must have got. */
export const framesIn = (events: readonly StampedEvent[], taskId: string | undefined): Frame[] =>
  events.flatMap(event => {
    if (event.taskId !== taskId || event.generation === null) return []
    const kind = event.kind === 'created' ? 'task' : (event.state ?? 'artifact-update')
    return [{ id: event.generation, taskId, kind, text: event.text }]
  })

/** Reads all tasks and events with the rights of the superuser: no policy hides a row. */
export const readStamped = (database: DatabaseAddress): Promise<StampedHistory> =>
  withConnection(database, async client => {
    const tasks = await client.query(
      `select t.id, m.message->>'messageId' as "messageId", t.last_seq::float8 as "lastSeq",
         t.generation::float8 as generation
       from tasks t left join task_messages m on (m.tenant_id, m.task_id, m.seq) = (t.tenant_id, t.id, 1)`,
    )
    const events = await client.query(
      `select task_id as "taskId", seq::float8 as seq, generation::float8 as generation, kind, body->>'state' as state,
         actor, (body->>'attempt')::int as begins, ${stamp} as stamp,
         case when kind in ('status', 'artifact') then ${text} else '' end as text
       from task_events order by task_id, seq`,
    )
    return { tasks: tasks.rows, events: events.rows }
  })
