import { createHash } from 'node:crypto'
import { limits } from '@codetether/protocol/limits'
import { errandCapabilities } from '@codetether/protocol/work/errand'
import { statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'
import { isOnline } from './workers.ts'

/** What a waiting task demands of a worker. Null demands nothing, except that no codebase is the global one. */
export interface Lane {
  /** Whose tasks these are. */
  principal: string
  workerId: string | null
  agentName: string | null
  codebaseId: string | null
  /** All of them, sorted. */
  capabilities: readonly string[]
  modelRef: string | null
  /** They wait for as long as the codebase is not watched. */
  held: boolean
}

/** Two lanes are the same if they have the same digest. */
export const digestOf = (lane: Lane): string => {
  const { principal, workerId, agentName, codebaseId, capabilities, modelRef, held } = lane
  const fields = [principal, workerId, agentName, codebaseId, capabilities, modelRef, held]
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex')
}

const insert = statement(`
  insert into lanes (tenant_id, digest, principal, worker_id, agent_name, codebase_id, capabilities, model_ref, held)
  select $1, decode($2, 'hex'), $3, $4, $5, $6, $7, $8, $9
  where (
    select count(*) < ${limits.lanesPerTenant} and count(*) filter (where principal = $3) < ${limits.lanesPerPrincipal}
    from lanes where tenant_id = $1)
  on conflict (tenant_id, digest) do nothing`)

const find = statement(`select id::float8 as id from lanes where tenant_id = $1 and digest = decode($2, 'hex')`)

/** The id of a lane, which is made if nobody has used it yet. Null if the principal or the tenant has too many. */
export async function obtainLane(tx: Writer, tenantId: string, lane: Lane): Promise<number | null> {
  const digest = digestOf(lane)
  const { principal, workerId, agentName, codebaseId, capabilities, modelRef, held } = lane
  const [, [row]] = await Promise.all([
    tx.query(insert, [tenantId, digest, principal, workerId, agentName, codebaseId, capabilities, modelRef, held]),
    // A statement of its own: one that waited for another's insert sees it only now.
    tx.query<{ id: number }>(find, [tenantId, digest]),
  ])
  return row?.id ?? null
}

/**
 * Which lanes a worker `w` may take from: conditions on the row `l`. Whose tasks they are comes first: it leaves most of them out.
 * Whoever clones needs no codebase for that, and no leave to run tasks without one.
 */
export const isOpenTo = `l.tenant_id = w.tenant_id
      and (w.serves_all or l.principal = w.principal)
      and (l.worker_id is null or l.worker_id = w.id)
      and (l.agent_name is null or l.agent_name = any (w.agents))
      and case when l.codebase_id is null then w.takes_global or '${errandCapabilities.clone}' = any (l.capabilities) else exists (
        select from worker_codebases o join codebases c on c.tenant_id = o.tenant_id and c.id = o.codebase_id
        where o.tenant_id = w.tenant_id and o.worker_id = w.id and o.codebase_id = l.codebase_id
          and (c.watch or not l.held)) end
      and l.capabilities <@ w.capabilities
      and (l.model_ref is null or l.model_ref = any (w.model_refs))`

const columns = `l.principal, l.worker_id as "workerId", l.agent_name as "agentName", l.codebase_id as "codebaseId",
    l.capabilities, l.model_ref as "modelRef", l.held`

const ofTask = statement(`
  select ${columns}
  from tasks t join lanes l on l.tenant_id = t.tenant_id and l.id = t.lane
  where t.tenant_id = $1 and t.id = $2`)

/** The lane of a task of workers. */
export async function findLaneOf(tx: Reader, tenantId: string, taskId: string): Promise<Lane | null> {
  const [row] = await tx.query<Lane>(ofTask, [tenantId, taskId])
  return row ?? null
}

const move = statement(`
  update tasks set lane = $3, lease_until = null where tenant_id = $1 and id = $2 and state = 'submitted' returning id`)

/** Puts a waiting task into another lane, to be taken at once. @returns false if it waits no more. */
export async function moveToLane(
  tx: Writer,
  { tenantId, taskId, lane }: { tenantId: string; taskId: string; lane: number },
): Promise<boolean> {
  return (await tx.query(move, [tenantId, taskId, lane])).length > 0
}

// In this order only the head of each lane is looked at; `exists` reads the whole backlog.
const waiting = statement(`
  select l.id::float8 as id from lanes l cross join lateral (
    select from tasks t where t.lane = l.id and t.state = 'submitted' and t.lease_until is null
    order by t.priority desc, t.id limit 1) head
  where l.tenant_id = $1 and l.codebase_id = any ($2)`)

/** The lanes of codebases in which tasks wait. */
export async function findWaitingLanes(
  tx: Reader,
  tenantId: string,
  codebaseIds: readonly string[],
): Promise<number[]> {
  const rows = await tx.query<{ id: number }>(waiting, [tenantId, codebaseIds])
  return rows.map(row => row.id)
}

const takers = statement(`
  select w.id from lanes l join workers w on ${isOpenTo}
  where l.tenant_id = $1 and l.id = $2 and w.state = 'active'`)

/** The ids of the workers that may take from a lane. */
export async function findTakers(tx: Reader, tenantId: string, lane: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(takers, [tenantId, lane])
  return rows.map(row => row.id)
}

/** A lane, and how many workers may take from it. */
export interface Standing extends Lane {
  id: number
  workers: number
  /** Those of them that were heard of in the last minutes. */
  present: number
}

const standings = statement(`
  select l.id::float8 as id, ${columns}, count(w.id)::int as workers,
    (count(*) filter (where ${isOnline}))::int as present
  from lanes l left join workers w on w.state = 'active' and ${isOpenTo}
  where l.tenant_id = $1 and l.id = any ($2::bigint[])
  group by l.tenant_id, l.id`)

/** How lanes stand now. */
export const findStandings = (tx: Reader, tenantId: string, lanes: readonly number[]): Promise<Standing[]> =>
  tx.query(standings, [tenantId, lanes])
