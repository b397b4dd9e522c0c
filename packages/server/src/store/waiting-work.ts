import type { JsonObject } from '@codetether/protocol/json'
import { limits } from '@codetether/protocol/limits'
import { type Message, textOf } from '@codetether/protocol/message'
import { isOpenTo } from './lanes.ts'
import { statement } from './statement.ts'
import type { Reader } from './store.ts'

/** A task that waits for a worker. */
export interface WaitingWork {
  taskId: string
  title: string
  /** All its text, or the beginning of the first part of a large message. */
  prompt: string
  /** Something was left out: a claim has all of it. */
  isCut: boolean
  codebaseId: string | null
  agentType: string
  priority: number
  metadata: JsonObject | null
  modelRef: string | null
  targetAgentName: string | null
  createdAt: Date
}

const fits = (json: string) => `octet_length(${json}::text) <= ${limits.toldBytes}`
const fitsMessage = fits('m.message')
const fitsMetadata = fits("coalesce(t.metadata, '{}')")

const find = statement(`
  select t.id as "taskId", d.title, case when ${fitsMessage} then m.message end as message,
    left(m.message->'parts'->0->>'text', ${limits.toldChars}) as head, not (${fitsMessage} and ${fitsMetadata}) as "isCut",
    d.codebase_id as "codebaseId", d.agent_type as "agentType", t.priority::int as priority,
    case when ${fitsMetadata} then t.metadata end as metadata,
    case when d.model_ref = any (w.model_refs) then d.model_ref end as "modelRef",
    l.agent_name as "targetAgentName", t.created_at as "createdAt"
  from workers w join lanes l on ${isOpenTo}
    cross join lateral (
      select * from tasks t
      where t.lane = l.id and t.state = 'submitted' and t.lease_until is null
      order by t.priority desc, t.id limit $3) t
    join task_work d on d.tenant_id = t.tenant_id and d.task_id = t.id
    join task_messages m on m.tenant_id = t.tenant_id and m.task_id = t.id and m.seq = t.turn_seq
  where w.tenant_id = $1 and w.id = $2 and w.state = 'active'
  order by t.priority desc, t.id limit $3`)

type Row = Omit<WaitingWork, 'prompt'> & { message: Message | null; head: string | null }

/** The first tasks that a worker may take, each as far as it fits an announcement. */
export async function findWaitingWork(
  tx: Reader,
  { tenantId, workerId, limit }: { tenantId: string; workerId: string; limit: number },
): Promise<WaitingWork[]> {
  const rows = await tx.query<Row>(find, [tenantId, workerId, limit])
  return rows.map(({ message, head, ...row }) => ({ ...row, prompt: message ? textOf(message.parts) : (head ?? '') }))
}

const noticed = statement(`
  select t.id from workers w join lanes l on ${isOpenTo}
    cross join lateral (
      select t.id from tasks t
      where t.lane = l.id and t.lane is not null and t.state = 'submitted' and t.status_message is not null limit $3) t
  where w.tenant_id = $1 and w.id = $2 and w.state = 'active' limit $3`)

/** Tasks that a worker may take, and whose callers were told that nobody may. */
export async function findNoticed(
  tx: Reader,
  { tenantId, workerId, limit }: { tenantId: string; workerId: string; limit: number },
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(noticed, [tenantId, workerId, limit])
  return rows.map(row => row.id)
}
