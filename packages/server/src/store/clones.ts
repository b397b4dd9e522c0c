import type { NewCodebase } from './codebases.ts'
import { statement } from './statement.ts'
import type { SystemWriter, Writer } from './store.ts'

const put = statement(`
  insert into codebases as c (tenant_id, id, principal, name, path, description, git_url, git_branch, git_digest)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict (tenant_id, git_digest) where git_digest is not null do update
    set name = excluded.name, description = coalesce(excluded.description, c.description), updated_at = now()
  returning id`)

/** Stores a clone of a remote, or what is said now of the one with this digest. @returns its id. */
export async function putClone(tx: Writer, codebase: NewCodebase, digest: Buffer): Promise<string> {
  const { tenantId, id, principal, name, path, description, gitUrl, gitBranch } = codebase
  const values = [tenantId, id, principal, name, path, description, gitUrl, gitBranch, digest]
  const [row] = await tx.query<{ id: string }>(put, values)
  return row?.id ?? id
}

/** Where cloning stands. */
export interface CloneState {
  /** Which try it is, counted from 1. */
  number: number
  /** A worker has the codebase. */
  isOwned: boolean
  /** The task of this try; null if it is to be stored. */
  taskId: string | null
}

// The task of an earlier try has ended: this is the next one. Without a task it is one whose task is being stored.
const begin = statement(`
  with known as (
    select c.id, exists (
        select from worker_codebases o join workers w on w.tenant_id = o.tenant_id and w.id = o.worker_id
        where o.tenant_id = $1 and o.codebase_id = c.id and w.state <> 'unregistered') as owned,
      c.clone_task_id is null or not exists (
        select from tasks t where t.tenant_id = $1 and t.id = c.clone_task_id
          and t.state not in ('completed', 'failed', 'canceled', 'rejected')) as ended
    from codebases c where c.tenant_id = $1 and c.id = $2 for update
  )
  update codebases c set
    clone_number = c.clone_number
      + case when not owned and ended and (c.clone_number = 0 or c.clone_task_id is not null) then 1 else 0 end,
    clone_task_id = case when owned or not ended then c.clone_task_id end
  from known k where c.tenant_id = $1 and c.id = k.id
  returning c.clone_number as number, k.owned as "isOwned", c.clone_task_id as "taskId"`)

/** Begins to clone a codebase that nobody has, unless that goes on already. Null if it is gone. */
export async function beginClone(tx: Writer, tenantId: string, id: string): Promise<CloneState | null> {
  const [row] = await tx.query<CloneState>(begin, [tenantId, id])
  return row ?? null
}

const name = statement(`
  update codebases set clone_task_id = $4 where tenant_id = $1 and id = $2 and clone_number = $3 returning id`)

/** Says which task clones a codebase. @returns false if it was deleted meanwhile. */
export const nameCloneTask = async (
  tx: Writer,
  { tenantId, id, number, taskId }: { tenantId: string; id: string; number: number; taskId: string },
): Promise<boolean> => (await tx.query(name, [tenantId, id, number, taskId])).length > 0

const keep = statement(`
  insert into git_tokens as g (tenant_id, codebase_id, sealed) values ($1, $2, $3)
  on conflict (tenant_id, codebase_id) do update set sealed = excluded.sealed, created_at = now()`)

/** Keeps what the remote of a codebase wants to see. */
export const putGitToken = async (tx: Writer, tenantId: string, id: string, sealed: Buffer): Promise<unknown> =>
  await tx.query(keep, [tenantId, id, sealed])

// What was given for a clone whose task was never stored goes after a day.
const forget = statement(`
  delete from git_tokens g where not exists (
    select from codebases c where c.tenant_id = g.tenant_id and c.id = g.codebase_id and (
      (c.clone_task_id is null and g.created_at > now() - interval '1 day') or exists (
        select from tasks t where t.tenant_id = c.tenant_id and t.id = c.clone_task_id
          and t.state not in ('completed', 'failed', 'canceled', 'rejected'))))
  returning codebase_id`)

/** Forgets the tokens of clones that have ended, whichever way. @returns how many. */
export const forgetGitTokens = async (tx: SystemWriter): Promise<number> => (await tx.query(forget, [])).length
