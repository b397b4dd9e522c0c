import { statement } from './statement.ts'
import type { Writer } from './store.ts'

/** A codebase that a worker has: one by its id, or by its path on that machine. */
export interface OwnedCodebase {
  /** The id that it is to have if nobody knows it yet. */
  newId: string
  id: string | null
  name: string
  path: string | null
}

interface CodebaseOwner {
  tenantId: string
  workerId: string
  /** Who has registered the worker. */
  principal: string
  servesAll: boolean
}

// What is named by its id must be there. What is named by its path is the codebase that this worker has there already, or
// one that was registered for this path and that nobody has yet, or a new one. A worker that serves nobody else has no codebases of others.
const own = statement(`
  with given as (
    select * from jsonb_to_recordset($4::jsonb) as g ("newId" uuid, id uuid, name text, path text)
  ), known as (
    select g."newId", g.name, g.path, coalesce(
      (select c.id from codebases c where c.tenant_id = $1 and c.id = g.id and ($5 or c.principal = $3)),
      (select o.codebase_id from worker_codebases o join codebases c on c.tenant_id = $1 and c.id = o.codebase_id
        where g.id is null and o.tenant_id = $1 and o.worker_id = $2 and o.path = g.path and ($5 or c.principal = $3)
        order by o.codebase_id limit 1),
      (select c.id from codebases c
        where g.id is null and c.tenant_id = $1 and c.path = g.path and ($5 or c.principal = $3) and not exists (
          select from worker_codebases o where o.tenant_id = $1 and o.codebase_id = c.id)
        order by c.id limit 1)) as id, g.id as wanted
    from given g
  ), made as (
    insert into codebases (tenant_id, id, principal, name, path)
    select $1, "newId", $3, name, path from known where id is null and wanted is null
    returning id
  ), owned as (
    select coalesce(k.id, k."newId") as id, coalesce(k.path, c.path) as path
    from known k left join codebases c on c.tenant_id = $1 and c.id = k.id
    where k.id is not null or k.wanted is null
  ), gone as (
    delete from worker_codebases o
    where o.tenant_id = $1 and o.worker_id = $2 and o.codebase_id not in (select id from owned)
  )
  insert into worker_codebases as o (tenant_id, worker_id, codebase_id, path)
  select distinct on (id) $1, $2, id, coalesce(path, '') from owned
  on conflict (tenant_id, worker_id, codebase_id) do update set path = excluded.path
  returning codebase_id as "codebaseId", path`)

/** Replaces what codebases a worker has. @returns them; ids that nobody knows are left out. */
export const putOwnedCodebases = (
  tx: Writer,
  { tenantId, workerId, principal, servesAll }: CodebaseOwner,
  codebases: readonly OwnedCodebase[],
): Promise<{ codebaseId: string; path: string }[]> =>
  tx.query(own, [tenantId, workerId, principal, JSON.stringify(codebases), servesAll])
