import type { WorkerAgentDefinition } from '@codetether/protocol/work/agent-definition'
import { statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'
import { isOnline, isThereFor } from './workers.ts'

/** What a worker answers to, while nobody else changes it. */
export interface LockedAgents {
  principal: string
  /** Its own name is one of those to which it answers. */
  name: string
  capabilities: string[]
  definitions: WorkerAgentDefinition[]
  /** The references of the models that it has beside those of its agents. */
  modelRefs: string[]
  servesAll: boolean
}

const lock = statement(`
  select w.principal, w.name, w.capabilities, w.definitions, w.serves_all as "servesAll",
    array(select m->>'ref' from jsonb_array_elements(w.models) as m) as "modelRefs"
  from workers w where w.tenant_id = $1 and w.id = $2 and w.state <> 'unregistered' for update`)

/** Locks a worker until the transaction ends. Null if there is none. */
export async function lockAgents(tx: Reader, tenantId: string, id: string): Promise<LockedAgents | null> {
  const [row] = await tx.query<LockedAgents>(lock, [tenantId, id])
  return row ?? null
}

const set = statement(`
  update workers set definitions = $3, agents = $4, model_refs = $5 where tenant_id = $1 and id = $2`)

export interface NewAgents {
  tenantId: string
  workerId: string
  definitions: readonly WorkerAgentDefinition[]
  modelRefs: readonly string[]
}

/** Replaces the agents as which a worker answers; `modelRefs` are all of its models, with theirs. */
export async function setAgents(tx: Writer, { tenantId, workerId, definitions, modelRefs }: NewAgents): Promise<void> {
  const ids = definitions.map(definition => definition.id)
  await tx.query(set, [tenantId, workerId, JSON.stringify(definitions), ids, modelRefs])
}

/** An agent as which workers answer. */
export interface AnsweringAgent {
  id: string
  name: string
  description: string | null
  priority: number
  /** The models with which they run it. */
  modelRefs: string[]
  /** The workers that answer to it and are there. */
  workers: string[]
  /** How many more do and were not heard of for a while. */
  away: number
}

const list = statement(`
  select d->>'id' as id, (array_agg(d->>'name' order by priority desc, w.id))[1] as name,
    (array_agg(d->>'description' order by d->>'description' is null, priority desc, w.id))[1] as description,
    max(priority) as priority,
    coalesce(array_agg(distinct d->>'modelRef') filter (where d->>'modelRef' is not null), '{}') as "modelRefs",
    coalesce(array_agg(w.id order by w.id) filter (where is_there), '{}') as workers,
    (count(*) filter (where not is_there))::int as away
  from (
    select w.id, w.definitions, ${isOnline} as is_there
    from workers w where w.tenant_id = $1 and w.state <> 'unregistered' and ${isThereFor('$2')}
  ) w, jsonb_array_elements(w.definitions) as d, lateral (select (d->>'priority')::int as priority) p
  where d->>'id' > $3
  group by 1 order by 1 limit $4`)

/** The agents of all workers that are there for a principal, in the order of their ids. */
export const listAgents = (
  tx: Reader,
  { tenantId, principal, after, limit }: { tenantId: string; principal: string; after: string; limit: number },
): Promise<AnsweringAgent[]> => tx.query(list, [tenantId, principal, after, limit])
