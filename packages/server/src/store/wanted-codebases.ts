import { limits } from '@codetether/protocol/limits'
import { statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'

/** A codebase that nobody has. */
export interface WantedCodebase {
  id: string
  path: string
}

// Below a root is a range of the index, which a neighbour is in too whose name begins like the root's: a `0` follows the slash. The bounds
// are computed first, because what could leak a row is not asked of an index under row-level security.
const bounds = `bounds as materialized (
    select rtrim(root, '/') as low, rtrim(root, '/') || '0' as high, rtrim(root, '/') || '/' as below, w.serves_all, w.principal
    from workers w, unnest(w.roots) as root where w.tenant_id = $1 and w.id = $2
  )`

const isWanted = `c.tenant_id = $1 and c.path collate "C" >= b.low and c.path collate "C" < b.high
      and (c.path = b.low or starts_with(c.path, b.below)) and c.git_digest is null
      and (b.serves_all or c.principal = b.principal)
      and not exists (
        select from worker_codebases o join workers x on x.tenant_id = o.tenant_id and x.id = o.worker_id
        where o.tenant_id = $1 and o.codebase_id = c.id and x.state <> 'unregistered')`

const find = statement(`
  with ${bounds}, found as (
    select distinct w.id, w.path from bounds b cross join lateral (
      select c.id, c.path from codebases c
      where ${isWanted} and c.path collate "C" > $3
      order by c.path collate "C" limit ${limits.wantedAtOnce}) w
  )
  select id, path from found order by path collate "C" limit ${limits.wantedAtOnce}`)

/** Codebases that nobody has, below the roots of a worker and of those whom it serves, in the order of their paths, behind one. */
export const findWanted = (
  tx: Reader,
  { tenantId, workerId, after }: { tenantId: string; workerId: string; after: string },
): Promise<WantedCodebase[]> => tx.query(find, [tenantId, workerId, after])

// One that another worker takes in the same moment is locked, and its owner is seen by the second statement.
const lock = statement('select id from codebases where tenant_id = $1 and id = $2 for update')

const take = statement(`
  with ${bounds}
  insert into worker_codebases as o (tenant_id, worker_id, codebase_id, path)
  select distinct $1::uuid, $2, c.id, $4 from bounds b join codebases c on c.id = $3 and ${isWanted}
  on conflict (tenant_id, worker_id, codebase_id) do update set path = excluded.path
  returning codebase_id`)

/** Gives a worker a codebase that it has found below its roots. @returns false if somebody has it, or it is not there. */
export async function takeWanted(
  tx: Writer,
  { tenantId, workerId, id, path }: { tenantId: string; workerId: string; id: string; path: string },
): Promise<boolean> {
  await tx.query(lock, [tenantId, id])
  return (await tx.query(take, [tenantId, workerId, id, path])).length > 0
}
