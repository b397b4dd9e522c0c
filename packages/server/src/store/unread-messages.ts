import type { Message } from '@codetether/protocol/message'
import { statement } from './statement.ts'
import type { Reader } from './store.ts'

/** A message of a caller to a task that runs, which has had no turn yet. */
export interface UnreadMessage {
  taskId: string
  seq: number
  /** Null for a large one: the worker gets it with its turn. */
  message: Message | null
}

const mostBytes = 64 * 1024
/** Of each task, and of all together. */
const mostOfTask = 20
const most = 200

const find = statement(`
  select t.id as "taskId", m.seq::float8 as seq, m.message
  from tasks t cross join lateral (
    select seq, case when octet_length(message::text) <= ${mostBytes} then message end as message from task_messages
    where tenant_id = t.tenant_id and task_id = t.id and seq > t.turn_seq and message->>'role' = 'user'
    order by seq limit ${mostOfTask}) m
  where t.lease_owner = $1 and t.state = 'working' and t.inbox_seq > t.turn_seq
  order by t.id, m.seq limit ${most}`)

/** What callers have sent to the tasks that a worker holds, by the key of its leases. */
export const findUnreadOf = (tx: Reader, key: string): Promise<UnreadMessage[]> => tx.query(find, [key])
