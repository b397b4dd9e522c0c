import type { Json } from '@codetether/protocol/json'
import { limits } from '@codetether/protocol/limits'
import type { WorkerAgentDefinition } from '@codetether/protocol/work/agent-definition'
import { statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'

export type WorkerState = 'active' | 'draining' | 'unregistered'

/** A worker as it registers. */
export interface NewWorker {
  tenantId: string
  id: string
  principal: string
  name: string
  hostname: string | null
  capabilities: readonly string[]
  /** The names by which tasks find it, in lower case, and what it tells of each. */
  agents: readonly string[]
  definitions: readonly WorkerAgentDefinition[]
  modelRefs: readonly string[]
  models: Json
  /** Below these it looks for codebases. */
  roots: readonly string[]
  takesGlobal: boolean
  /** It takes tasks of everybody, else those of its principal. */
  servesAll: boolean
  tokenHash: Buffer
}

type RegisteredWorker = Pick<WorkerRow, 'key' | 'principal'>

/** Workers are there for those whom they serve: a condition on the row `w`. */
export const isThereFor = (principal: string): string => `(w.serves_all or w.principal = ${principal})`

/** Those that take tasks and were heard of in the last minutes: a condition on the row `w`. */
export const isOnline = `w.state = 'active' and w.seen_at > now() - interval '${limits.workerAwayMs} ms'`

export interface WorkerRow extends Omit<NewWorker, 'tokenHash'> {
  /** What its leases name. */
  key: string
  state: WorkerState
  registeredAt: Date
  seenAt: Date
  /** The ids of the codebases that it has. */
  codebaseIds: string[]
  /** How many tasks it holds. */
  running: number
}

const columns = `
  w.tenant_id as "tenantId", w.id, w.key, w.principal, w.name, w.hostname, w.capabilities, w.agents,
  w.definitions, w.model_refs as "modelRefs", w.models, w.roots, w.takes_global as "takesGlobal", w.serves_all as "servesAll", w.state, w.registered_at as "registeredAt",
  w.seen_at as "seenAt",
  array(select codebase_id::text from worker_codebases o where o.tenant_id = w.tenant_id and o.worker_id = w.id
    order by codebase_id) as "codebaseIds",
  (select count(*)::int from tasks t where t.lease_owner = w.key) as running`

// An id belongs to whoever has registered it first. Its key stays, so that a worker finds its leases again.
const upsert = statement(`
  insert into workers as w (tenant_id, id, key, principal, name, hostname, capabilities, agents, model_refs, models,
    takes_global, token_hash, definitions, serves_all, roots, state)
  values ($1, $2, gen_random_uuid(), $3, $4, $5, $6, $7, $8, $9, $10, $11, $13, $14, $15, 'active')
  on conflict (tenant_id, id) do update set name = excluded.name, hostname = excluded.hostname,
    capabilities = excluded.capabilities, agents = excluded.agents, model_refs = excluded.model_refs,
    models = excluded.models, takes_global = excluded.takes_global, definitions = excluded.definitions,
    serves_all = excluded.serves_all, roots = excluded.roots,
    token_hash = case when $12 then w.token_hash else excluded.token_hash end,
    state = 'active', registered_at = now(), seen_at = now()
  where case when $12 then w.state <> 'unregistered' else w.principal = excluded.principal end
  returning w.key, w.principal`)

/**
 * Stores a worker, or what it says of itself now; with `isSelf` it keeps its token.
 * @returns its key and who registered it, or null if the id is somebody else's, or its own and was unregistered.
 */
export async function putWorker(tx: Writer, worker: NewWorker, isSelf: boolean): Promise<RegisteredWorker | null> {
  const { tenantId, id, principal, name, hostname, capabilities, agents, modelRefs, models, takesGlobal } = worker
  const { tokenHash, definitions, servesAll } = worker
  const values = [tenantId, id, principal, name, hostname, capabilities, agents, modelRefs, JSON.stringify(models)]
  const [row] = await tx.query<RegisteredWorker>(upsert, [
    ...values,
    ...[takesGlobal, tokenHash, isSelf, JSON.stringify(definitions), servesAll, worker.roots],
  ])
  return row ?? null
}

const byToken = statement(`
  select w.id, w.principal from workers w
  where w.tenant_id = $1 and w.key = $2 and w.token_hash = $3 and w.state <> 'unregistered'`)

/** The worker that a token belongs to. */
export async function findWorkerByToken(
  tx: Reader,
  { tenantId, key, hash }: { tenantId: string; key: string; hash: Buffer },
): Promise<Pick<WorkerRow, 'id' | 'principal'> | null> {
  const [row] = await tx.query<Pick<WorkerRow, 'id' | 'principal'>>(byToken, [tenantId, key, hash])
  return row ?? null
}

const find = statement(`select ${columns} from workers w where w.tenant_id = $1 and w.id = $2 and ${isThereFor('$3')}`)

/** A worker that is there for a principal. */
export async function findWorker(
  tx: Reader,
  { tenantId, id, principal }: { tenantId: string; id: string; principal: string },
): Promise<WorkerRow | null> {
  const [row] = await tx.query<WorkerRow>(find, [tenantId, id, principal])
  return row ?? null
}

const list = statement(`
  select ${columns} from workers w
  where w.tenant_id = $1 and w.state <> 'unregistered' and w.id > $2 and ${isThereFor('$6')}
    and ($3::text is null or strpos(lower(w.id || ' ' || w.name || ' ' || coalesce(w.hostname, '')), lower($3)) > 0)
    and ($4::float8 is null or w.seen_at > now() - make_interval(secs => $4) or w.id = any ($7))
  order by w.id limit $5`)

export interface WorkerFilter {
  tenantId: string
  search: string | null
  /** Only those that were heard of so many seconds ago at most. */
  seenWithinSeconds: number | null
  /** And these, whenever they were heard of. */
  orOneOf?: readonly string[]
  after: string
  limit: number
  /** For whom they are there. */
  principal: string
}

/** Workers in the order of their ids. */
export const listWorkers = (
  tx: Reader,
  { tenantId, principal, after, search, seenWithinSeconds, orOneOf = [], limit }: WorkerFilter,
): Promise<WorkerRow[]> => tx.query(list, [tenantId, after, search, seenWithinSeconds, limit, principal, orOneOf])

const any = statement(`
  select exists (
    select from workers w
    where w.tenant_id = $1 and ${isOnline} and ${isThereFor('$2')}) as found`)

/** Are there workers for a principal that take tasks and were heard of in the last minutes? */
export async function hasWorkers(tx: Reader, tenantId: string, principal: string): Promise<boolean> {
  const [row] = await tx.query<{ found: boolean }>(any, [tenantId, principal])
  return row?.found === true
}

const answering = statement(`
  select exists (
    select from workers w
    where w.tenant_id = $1 and w.state = 'active' and $2 = any (w.agents) and ${isThereFor('$3')}) as found`)

/** Does a worker that is there for a principal answer to this name? */
export async function isWorkerName(
  tx: Reader,
  { tenantId, name, principal }: { tenantId: string; name: string; principal: string },
): Promise<boolean> {
  const [row] = await tx.query<{ found: boolean }>(answering, [tenantId, name.toLowerCase(), principal])
  return row?.found === true
}

const seen = statement(`
  update workers set seen_at = now() where tenant_id = $1 and id = $2 and state <> 'unregistered' returning state`)

/** Says that a worker lives. @returns its state, or null if it has to register. */
export async function seeWorker(tx: Writer, tenantId: string, id: string): Promise<WorkerState | null> {
  const [row] = await tx.query<{ state: WorkerState }>(seen, [tenantId, id])
  return row?.state ?? null
}

const setState = statement(`update workers set state = $3 where tenant_id = $1 and id = $2 returning key`)

/** @returns the key of the worker, or null if there is none. */
export async function setWorkerState(
  tx: Writer,
  { tenantId, id, state }: { tenantId: string; id: string; state: WorkerState },
): Promise<string | null> {
  const [row] = await tx.query<{ key: string }>(setState, [tenantId, id, state])
  return row?.key ?? null
}
