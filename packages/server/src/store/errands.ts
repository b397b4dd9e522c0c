import type { ErrandKind } from '@codetether/protocol/work/errand'
import { statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'
import type { WorkHold } from './work-leases.ts'

/** An errand that a worker holds. */
export interface HeldErrand {
  errand: ErrandKind
  codebaseId: string
  /** Whose codebase it is. */
  principal: string
  archiveId: string | null
  sealedToken: Buffer | null
}

// Locked, so that the lease is not lost before what depends on it is stored. A worker that serves its owner alone since it took the
// errand of somebody else holds it for nothing.
const findHeld = (lock: string) =>
  statement(`
  select w.errand, c.id as "codebaseId", c.principal, c.archive_id as "archiveId", g.sealed as "sealedToken"
  from tasks t join task_work w on w.tenant_id = t.tenant_id and w.task_id = t.id
    join codebases c on c.tenant_id = t.tenant_id and c.id = w.codebase_id
    join workers me on me.tenant_id = t.tenant_id and me.key = t.lease_owner and (me.serves_all or me.principal = c.principal)
    left join git_tokens g on g.tenant_id = c.tenant_id and g.codebase_id = c.id
  where t.tenant_id = $1 and t.id = $2 and t.attempt = $3 and t.lease_token = $4 and t.lease_owner = $5
    and t.state = 'working' and w.errand is not null ${lock}`)

const find = findHeld('')
const hold = findHeld('for share of t, c')

export interface ErrandLease extends WorkHold {
  tenantId: string
  owner: string
}

const valuesOf = ({ tenantId, taskId, attempt, token, owner }: ErrandLease) => [tenantId, taskId, attempt, token, owner]

/** The errand of a lease; null if it is not held, is none, or has no codebase any more. */
export async function findErrand(tx: Reader, lease: ErrandLease): Promise<HeldErrand | null> {
  const [row] = await tx.query<HeldErrand>(find, valuesOf(lease))
  return row ?? null
}

/** The same, and it stays as it is until the transaction ends. */
export async function holdErrand(tx: Writer, lease: ErrandLease): Promise<HeldErrand | null> {
  const [row] = await tx.query<HeldErrand>(hold, valuesOf(lease))
  return row ?? null
}

const own = statement(`
  with token as (delete from git_tokens where tenant_id = $1 and codebase_id = $3)
  insert into worker_codebases (tenant_id, worker_id, codebase_id, path) values ($1, $2, $3, $4)
  on conflict (tenant_id, worker_id, codebase_id) do update set path = excluded.path`)

/** A worker has a codebase, beside those that it has already. What its remote wanted to see is forgotten. */
export const addOwner = async (
  tx: Writer,
  { tenantId, workerId, codebaseId, path }: { tenantId: string; workerId: string; codebaseId: string; path: string },
): Promise<unknown> => await tx.query(own, [tenantId, workerId, codebaseId, path])
