import { limits } from '@codetether/protocol/limits'
import { statement } from './statement.ts'
import type { Reader } from './store.ts'

/** A model that workers can use. */
export interface WorkerModel {
  ref: string
  name: string
  provider: string | null
  /** The workers that have it and are there. */
  workers: string[]
  /** How many more have it and were not heard of for a while. */
  away: number
}

const list = statement(`
  select m->>'ref' as ref, max(m->>'name') as name, max(m->>'provider') as provider,
    coalesce(array_agg(w.id order by w.id) filter (where is_there), '{}') as workers,
    (count(*) filter (where not is_there))::int as away
  from (
    select *, state = 'active' and seen_at > now() - interval '${limits.workerAwayMs} ms' as is_there
    from workers where tenant_id = $1 and state <> 'unregistered'
  ) w, jsonb_array_elements(w.models) as m
  group by 1 order by 1 limit $2`)

/** The models of all workers of a tenant, in the order of their references. */
export const listModels = (tx: Reader, tenantId: string, limit: number): Promise<WorkerModel[]> =>
  tx.query(list, [tenantId, limit])
