import type { JsonObject } from '@codetether/protocol/json'
import type { Message } from '@codetether/protocol/message'
import { isOpenTo } from './lanes.ts'
import { statement } from './statement.ts'
import type { Reader } from './store.ts'

/** A task that waits for a worker. */
export interface WaitingWork {
  taskId: string
  title: string
  message: Message
  codebaseId: string | null
  agentType: string
  priority: number
  metadata: JsonObject | null
  modelRef: string | null
  targetAgentName: string | null
  createdAt: Date
}

const find = statement(`
  select t.id as "taskId", d.title, m.message, d.codebase_id as "codebaseId", d.agent_type as "agentType",
    t.priority::int as priority, t.metadata, d.model_ref as "modelRef", l.agent_name as "targetAgentName",
    t.created_at as "createdAt"
  from workers w join lanes l on ${isOpenTo}
    cross join lateral (
      select * from tasks t
      where t.lane = l.id and t.state = 'submitted' and t.lease_until is null
      order by t.priority desc, t.id limit $3) t
    join task_work d on d.tenant_id = t.tenant_id and d.task_id = t.id
    join task_messages m on m.tenant_id = t.tenant_id and m.task_id = t.id and m.seq = t.turn_seq
  where w.tenant_id = $1 and w.id = $2 and w.state = 'active'
  order by t.priority desc, t.id limit $3`)

/** The first tasks that a worker may take. */
export const findWaitingWork = (
  tx: Reader,
  { tenantId, workerId, limit }: { tenantId: string; workerId: string; limit: number },
): Promise<WaitingWork[]> => tx.query(find, [tenantId, workerId, limit])
