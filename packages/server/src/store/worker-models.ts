import { limits } from '@codetether/protocol/limits'
import { statement } from './statement.ts'
import type { Reader } from './store.ts'
import { isOnline, isThereFor } from './workers.ts'

/** A model that workers can use. */
export interface WorkerModel {
  ref: string
  name: string
  provider: string | null
  /** The workers that have it and are there: the first of them. */
  workers: string[]
  /** How many they are. */
  here: number
  /** How many more have it and were not heard of for a while. */
  away: number
}

const list = statement(`
  select m->>'ref' as ref, max(m->>'name') as name, max(m->>'provider') as provider,
    coalesce((array_agg(w.id order by w.id) filter (where is_there))[:${limits.workersPerModel}], '{}') as workers,
    (count(*) filter (where is_there))::int as here, (count(*) filter (where not is_there))::int as away
  from (
    select w.*, ${isOnline} as is_there
    from workers w where w.tenant_id = $1 and w.state <> 'unregistered' and ${isThereFor('$4')}
  ) w, jsonb_array_elements(w.models) as m
  where m->>'ref' > $2
  group by 1 order by 1 limit $3`)

/** The models of all workers that are there for a principal behind a reference, in the order of their references. */
export const listModels = (
  tx: Reader,
  { tenantId, principal, after, limit }: { tenantId: string; principal: string; after: string; limit: number },
): Promise<WorkerModel[]> => tx.query(list, [tenantId, after, limit, principal])
