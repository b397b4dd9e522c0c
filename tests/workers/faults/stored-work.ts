import type { DatabaseAddress } from '@codetether/server/db/address'
import { withConnection } from '@codetether/server/db/connect'
import { readStored, type StoredTask } from '../../journeys/history.ts'
import type { Frame } from '../../replicas/reader.ts'
import type { StampedEvent } from '../../replicas/stored.ts'
import { frameOf } from './read-output.ts'

export interface StoredWork {
  tasks: readonly StoredTask[]
  /** Of each task in the order of its log. */
  events: readonly StampedEvent[]
}

const stampOf = (text: string): number | null => {
  const [, attempt] = /^(\d+):/m.exec(text) ?? []
  return attempt === undefined ? null : Number(attempt)
}

/** Reads all tasks and events with the rights of the superuser. The stamp is that of the first line. */
export async function readWork(database: DatabaseAddress): Promise<StoredWork> {
  const { tasks } = await readStored(database)
  const events = await withConnection(database, async client => {
    const { rows } = await client.query(
      `select task_id as "taskId", seq::float8 as seq, generation::float8 as generation, kind, body->>'state' as state,
         actor, (body->>'attempt')::int as begins,
         coalesce(body->>'text', body #>> '{artifact,parts,0,text}', body #>> '{message,parts,0,text}', '') as text
       from task_events order by task_id, seq`,
    )
    return rows.map(
      (row): StampedEvent => ({ ...row, stamp: row.actor.startsWith('worker:') ? stampOf(row.text) : null }),
    )
  })
  return { tasks, events }
}

/** When the last of those tasks ended that were there at a time: milliseconds behind it, 0 if before. */
export const lastEndAfter = (database: DatabaseAddress, time: number): Promise<number> =>
  withConnection(database, async client => {
    const { rows } = await client.query<{ end: number }>(
      `select extract(epoch from max(status_at))::float8 * 1000 as end from tasks where created_at <= to_timestamp($1 / 1000.0)`,
      [time],
    )
    return Math.max(0, (rows[0]?.end ?? 0) - time)
  })

/** What whoever follows the output of a task must have got. */
export const framesOf = (events: readonly StampedEvent[]): Frame[] =>
  events.flatMap(({ taskId, seq: id, kind, state, text }) => {
    if (kind === 'output') return [frameOf(taskId, { id, text })]
    return kind === 'status' && state !== null ? [frameOf(taskId, { id, kind: state })] : []
  })
