import type { Artifact, Message } from '@codetether/protocol/message'
import type { TaskState } from '@codetether/protocol/task-state'
import { plannedPerCall, statement } from './statement.ts'
import type { Reader } from './store.ts'
import { type TaskRow, taskColumns } from './tasks.ts'

/** A task with everything that A2A shows of it. */
export interface TaskSnapshot {
  task: TaskRow
  /** Oldest first. */
  messages: { seq: number; message: Message }[]
  artifacts: Artifact[]
}

interface SnapshotRow extends TaskRow {
  messages: { seq: number; message: Message }[] | null
  chunks: Partial<Artifact>[] | null
}

const messagesOf = `(
  select jsonb_agg(m order by m.seq) from (
    select seq, message from task_messages
    where tenant_id = t.tenant_id and task_id = t.id order by seq desc limit $3
  ) m) as messages`

const chunksOf = `(
  select jsonb_agg(a.artifact || jsonb_build_object('artifactId', a.artifact_id) order by a.seq)
  from task_artifacts a where a.tenant_id = t.tenant_id and a.task_id = t.id) as chunks`

/** Joins the chunks of each artifact, in the order in which the artifacts began. */
function joinChunks(chunks: readonly Partial<Artifact>[]): Artifact[] {
  const artifacts = new Map<string, Artifact>()
  for (const { artifactId = '', parts = [], ...header } of chunks) {
    const known = artifacts.get(artifactId)
    if (known) known.parts.push(...parts)
    else artifacts.set(artifactId, { artifactId, ...header, parts: [...parts] })
  }
  return [...artifacts.values()]
}

const toSnapshot = ({ messages, chunks, ...task }: SnapshotRow): TaskSnapshot => ({
  task,
  messages: messages ?? [],
  artifacts: joinChunks(chunks ?? []),
})

const find = statement(`
  select ${taskColumns}, ${messagesOf}, ${chunksOf}
  from tasks t where t.tenant_id = $1 and t.id = $2 and t.principal = $4`)

/** One task of a principal, consistent as of one moment, with its `messageLimit` newest messages. */
export async function findTask(
  tx: Reader,
  { tenantId, id, principal, messageLimit }: { tenantId: string; id: string; principal: string; messageLimit: number },
): Promise<TaskSnapshot | null> {
  const [row] = await tx.query<SnapshotRow>(find, [tenantId, id, messageLimit, principal])
  return row ? toSnapshot(row) : null
}

// Compressed, where it is stored so; nothing is unpacked for it.
const measure = statement(`
  select (
    coalesce((select sum(pg_column_size(artifact)) from task_artifacts where tenant_id = $1 and task_id = $2), 0) +
    coalesce((select sum(pg_column_size(message)) from task_messages where tenant_id = $1 and task_id = $2), 0) +
    coalesce((select sum(octet_length(content)) from blobs where tenant_id = $1 and task_id = $2), 0)
  )::float8 as bytes`)

/** How many bytes a task takes at least where it is stored, with its conversation, its artifacts and its files. */
export async function measureTask(
  tx: Reader,
  { tenantId, taskId }: { tenantId: string; taskId: string },
): Promise<number> {
  const [row] = await tx.query<{ bytes: number }>(measure, [tenantId, taskId])
  return row?.bytes ?? 0
}

const findRow = statement(
  `select ${taskColumns} from tasks t where t.tenant_id = $1 and t.id = $2 and t.principal = $3`,
)

/** One task of a principal without its conversation and its artifacts, which may be megabytes. */
export async function findTaskRow(
  tx: Reader,
  { tenantId, id, principal }: { tenantId: string; id: string; principal: string },
): Promise<TaskRow | null> {
  const [row] = await tx.query<TaskRow>(findRow, [tenantId, id, principal])
  return row ?? null
}

const first = statement(`
  select seq::float8 as seq, message from task_messages
  where tenant_id = $1 and task_id = $2 and seq <= $3 order by seq`)

/** The messages that a task had at an event of its log: with the first event, the one that began it. */
export const findMessagesUpTo = (
  tx: Reader,
  { tenantId, id, seq }: { tenantId: string; id: string; seq: number },
): Promise<TaskSnapshot['messages']> => tx.query(first, [tenantId, id, seq])

export interface TaskFilter {
  tenantId: string
  principal: string
  agent: string | null
  contextId: string | null
  state: TaskState | null
  /** The earliest time of the status. */
  since: Date | null
  /** The place in the listing after which the page starts. */
  after: { statusAt: Date; id: string } | null
  limit: number
  messageLimit: number
  artifacts: boolean
}

// Keyset over tasks_listing: the newest status first.
const list = plannedPerCall(`
  select ${taskColumns}, ${messagesOf}, case when $9 then ${chunksOf.replace(' as chunks', '')} end as chunks
  from tasks t
  where t.tenant_id = $1 and t.principal = $2
    and ($4::text is null or t.context_id = $4) and ($5::text is null or t.state = $5)
    and ($6::timestamptz is null or (t.status_at, t.id) < ($6, $7::uuid))
    and ($10::timestamptz is null or t.status_at >= $10) and ($11::text is null or t.agent = $11)
  order by t.status_at desc, t.id desc limit $8`)

/** One page of a principal's tasks, those whose status changed last first. */
export async function listTasks(tx: Reader, filter: TaskFilter): Promise<TaskSnapshot[]> {
  const { tenantId, principal, agent, contextId, state, since, after, limit, messageLimit, artifacts } = filter
  const rows = await tx.query<SnapshotRow>(list, [
    tenantId,
    principal,
    messageLimit,
    contextId,
    state,
    after?.statusAt ?? null,
    after?.id ?? null,
    limit,
    artifacts,
    since,
    agent,
  ])
  return rows.map(toSnapshot)
}

const count = plannedPerCall(`
  select count(*)::int as total from tasks t
  where t.tenant_id = $1 and t.principal = $2
    and ($3::text is null or t.context_id = $3) and ($4::text is null or t.state = $4)
    and ($5::timestamptz is null or t.status_at >= $5) and ($6::text is null or t.agent = $6)`)

const addUp = statement(`
  select coalesce(sum(n), 0)::int as total from task_counts
  where tenant_id = $1 and principal = $2 and ($3::text is null or state = $3)`)

/** How many tasks match a filter before paging: from the counters, unless an agent, a context or a time narrows it. */
export async function countTasks(tx: Reader, filter: TaskFilter): Promise<number> {
  const { tenantId, principal, agent, contextId, state, since } = filter
  const isWide = agent === null && contextId === null && since === null
  const [row] = isWide
    ? await tx.query<{ total: number }>(addUp, [tenantId, principal, state])
    : await tx.query<{ total: number }>(count, [tenantId, principal, contextId, state, since, agent])
  return row?.total ?? 0
}
