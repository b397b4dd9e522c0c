import { isTerminal, type TaskState } from '@codetether/protocol/task-state'
import type { DatabaseAddress } from '@codetether/server/db/address'
import { withConnection } from '@codetether/server/db/connect'

export interface StoredTask {
  id: string
  /** Of the message that has started it. */
  messageId: string
  lastSeq: number
  generation: number
}

export interface StoredEvent {
  taskId: string
  seq: number
  /** Null for what no A2A reader sees. */
  generation: number | null
  kind: string
  /** Of a status event. */
  state: TaskState | null
}

/** What the server has promised, and what is stored. */
export interface History {
  /** Message ids with the task that the server has answered with. */
  acknowledged: ReadonlyMap<string, string>
  tasks: readonly StoredTask[]
  /** In the order of their seq. */
  events: readonly StoredEvent[]
}

/** Ids of what breaks a promise. A faultless history has none. */
export interface Faults {
  /** Message ids that were acknowledged, whose task is not there or is another one. */
  lost: string[]
  /** Message ids with more than one task. */
  doubled: string[]
  /** Tasks without a terminal event. */
  unfinished: string[]
  finishedTwice: string[]
  /** Tasks whose seq or generation leaves a number out or repeats one, or does not end where the task says. */
  gaps: string[]
}

const groupBy = <T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> => Map.groupBy(items, key)

const countsUpTo = (numbers: readonly number[], last: number): boolean =>
  numbers.length === last && numbers.every((number, index) => number === index + 1)

/** Finds what was lost, done twice or left out. */
export function findFaults({ acknowledged, tasks, events }: History): Faults {
  const byMessage = groupBy(tasks, task => task.messageId)
  const byTask = groupBy(events, event => event.taskId)
  const endings = (id: string) =>
    (byTask.get(id) ?? []).filter(event => event.kind === 'status' && event.state !== null && isTerminal(event.state))
  const isWhole = ({ id, lastSeq, generation }: StoredTask): boolean => {
    const own = byTask.get(id) ?? []
    const generations = own.flatMap(event => event.generation ?? [])
    return (
      countsUpTo(
        own.map(event => event.seq),
        lastSeq,
      ) && countsUpTo(generations, generation)
    )
  }
  const ids = tasks.map(task => task.id)
  return {
    lost: [...acknowledged].filter(([m, id]) => !byMessage.get(m)?.some(task => task.id === id)).map(([m]) => m),
    doubled: [...byMessage].filter(([, same]) => same.length > 1).map(([m]) => m),
    unfinished: ids.filter(id => endings(id).length === 0),
    finishedTwice: ids.filter(id => endings(id).length > 1),
    gaps: tasks.filter(task => !isWhole(task)).map(task => task.id),
  }
}

export const faultless: Faults = { lost: [], doubled: [], unfinished: [], finishedTwice: [], gaps: [] }

/** Reads all tasks and events with the rights of the superuser: no policy hides a row. */
export const readStored = (database: DatabaseAddress): Promise<Pick<History, 'tasks' | 'events'>> =>
  withConnection(database, async client => {
    const tasks = await client.query<StoredTask>(
      `select t.id, m.message->>'messageId' as "messageId", t.last_seq::float8 as "lastSeq",
         t.generation::float8 as generation
       from tasks t left join task_messages m on (m.tenant_id, m.task_id, m.seq) = (t.tenant_id, t.id, 1)`,
    )
    const events = await client.query<StoredEvent>(
      `select task_id as "taskId", seq::float8 as seq, generation::float8 as generation, kind, body->>'state' as state
       from task_events order by task_id, seq`,
    )
    return { tasks: tasks.rows, events: events.rows }
  })

/** How many tasks are still to come to their end. */
export const countUnfinished = (database: DatabaseAddress): Promise<number> =>
  withConnection(database, async client => {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count from tasks where state not in ('completed', 'failed', 'canceled', 'rejected')`,
    )
    return rows[0]?.count ?? 0
  })
