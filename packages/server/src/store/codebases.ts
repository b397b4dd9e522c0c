import type { Message } from '@codetether/protocol/message'
import type { TaskState } from '@codetether/protocol/task-state'
import { statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'

/** A directory or a git remote in which work is done. */
export interface CodebaseRow {
  tenantId: string
  id: string
  principal: string
  name: string
  path: string | null
  description: string | null
  gitUrl: string | null
  gitBranch: string | null
  /** Off: its tasks wait until somebody dispatches them. */
  watch: boolean
  watchIntervalSeconds: number
  createdAt: Date
  updatedAt: Date
  /** The workers that have it and serve the caller, and where. */
  owners: { workerId: string; path: string; seenSecondsAgo: number }[]
  /** The task that clones it, as long as there is one. */
  clone: { taskId: string; state: TaskState; message: Message | null } | null
  /** The archive that counts. */
  archive: { id: string; bytes: number; sha256: string; at: string } | null
}

export type NewCodebase = Pick<
  CodebaseRow,
  'tenantId' | 'id' | 'principal' | 'name' | 'path' | 'description' | 'gitUrl' | 'gitBranch'
>

// A worker that serves its owner alone is there for nobody else, and has no codebase of others, even if it once served them.
/** `principal` is the parameter of who asks. */
const columnsFor = (principal: string): string => `
  c.tenant_id as "tenantId", c.id, c.principal, c.name, c.path, c.description, c.git_url as "gitUrl",
  c.git_branch as "gitBranch", c.watch, c.watch_interval_seconds as "watchIntervalSeconds",
  c.created_at as "createdAt", c.updated_at as "updatedAt",
  coalesce((
    select jsonb_agg(jsonb_build_object('workerId', o.worker_id, 'path', o.path,
      'seenSecondsAgo', extract(epoch from now() - w.seen_at)) order by o.worker_id)
    from worker_codebases o join workers w on w.tenant_id = o.tenant_id and w.id = o.worker_id
    where o.tenant_id = c.tenant_id and o.codebase_id = c.id and w.state <> 'unregistered'
      and (w.serves_all or (w.principal = c.principal and w.principal = ${principal}))), '[]') as owners,
  (select jsonb_build_object('taskId', t.id, 'state', t.state, 'message', t.status_message)
    from tasks t where t.tenant_id = c.tenant_id and t.id = c.clone_task_id) as clone,
  (select jsonb_build_object('id', a.id, 'bytes', a.bytes, 'sha256', encode(a.sha256, 'hex'), 'at', a.created_at)
    from archives a where a.tenant_id = c.tenant_id and a.id = c.archive_id) as archive`

// The same path of the same principal is the same codebase.
const insert = statement(`
  with known as (
    select id from codebases
    where tenant_id = $1 and path = $5 and principal = $3 and git_digest is null and git_url is not distinct from $7
    order by id limit 1
  ), changed as (
    update codebases set name = $4, description = coalesce($6, description), updated_at = now()
    where tenant_id = $1 and id in (select id from known)
    returning id
  ), made as (
    insert into codebases (tenant_id, id, principal, name, path, description, git_url, git_branch)
    select $1, $2, $3, $4, $5, $6, $7, $8 where not exists (select from known)
    returning id
  )
  select id from changed union all select id from made`)

/** Stores a codebase, or what is said now of the one with this path. @returns its id. */
export async function putCodebase(tx: Writer, codebase: NewCodebase): Promise<string> {
  const { tenantId, id, principal, name, path, description, gitUrl, gitBranch } = codebase
  const [row] = await tx.query<{ id: string }>(insert, [
    tenantId,
    id,
    principal,
    name,
    path,
    description,
    gitUrl,
    gitBranch,
  ])
  return row?.id ?? id
}

const find = statement(`select ${columnsFor('$3')} from codebases c where c.tenant_id = $1 and c.id = $2`)

/** A codebase as it stands for a principal. */
export async function findCodebase(
  tx: Reader,
  { tenantId, id, principal }: { tenantId: string; id: string; principal: string },
): Promise<CodebaseRow | null> {
  const [row] = await tx.query<CodebaseRow>(find, [tenantId, id, principal])
  return row ?? null
}

const exists = statement(`select exists (select from codebases where tenant_id = $1 and id = $2) as found`)

export async function isCodebase(tx: Reader, tenantId: string, id: string): Promise<boolean> {
  const [row] = await tx.query<{ found: boolean }>(exists, [tenantId, id])
  return row?.found === true
}

const list = statement(`
  select ${columnsFor('$4')} from codebases c
  where c.tenant_id = $1 and ($2::uuid is null or c.id < $2) order by c.id desc limit $3`)

/** The codebases of a tenant as they stand for a principal, the newest first. */
export const listCodebases = (
  tx: Reader,
  { tenantId, principal, before, limit }: { tenantId: string; principal: string; before: string | null; limit: number },
): Promise<CodebaseRow[]> => tx.query(list, [tenantId, before, limit, principal])

const remove = statement(`
  with owners as (delete from worker_codebases where tenant_id = $1 and codebase_id = $2),
    token as (delete from git_tokens where tenant_id = $1 and codebase_id = $2),
    archive as (update archives set stale_at = now() where tenant_id = $1 and codebase_id = $2)
  delete from codebases where tenant_id = $1 and id = $2 returning clone_task_id as "cloneTaskId"`)

/** Deletes a codebase, its archive and who has it. @returns the task that clones or has cloned it, if there is one. */
export async function deleteCodebase(tx: Writer, tenantId: string, id: string): Promise<string | null> {
  const [row] = await tx.query<{ cloneTaskId: string | null }>(remove, [tenantId, id])
  return row?.cloneTaskId ?? null
}

const watch = statement(`
  with changed as (
    update codebases set watch = $3, watch_interval_seconds = coalesce($4, watch_interval_seconds), updated_at = now()
    where tenant_id = $1 and id = $2 returning id
  )
  select l.id::float8 as lane from changed c join lanes l on l.tenant_id = $1 and l.codebase_id = c.id and l.held`)

/** Sets whether the tasks of a codebase are taken by themselves. @returns the lanes that this opens or closes. */
export async function setWatch(
  tx: Writer,
  { tenantId, id, on, interval }: { tenantId: string; id: string; on: boolean; interval: number | null },
): Promise<number[]> {
  const rows = await tx.query<{ lane: number }>(watch, [tenantId, id, on, interval])
  return rows.map(row => row.lane)
}
