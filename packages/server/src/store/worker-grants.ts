import { statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

/** A worker that takes tasks of everybody. */
export interface ServingWorker {
  tenantId: string
  id: string
  principal: string
  capabilities: string[]
  agents: string[]
  modelRefs: string[]
}

const serving = statement(`
  select tenant_id as "tenantId", id, principal, capabilities, agents, model_refs as "modelRefs" from workers
  where serves_all and state <> 'unregistered' and ($1::uuid is null or (tenant_id, id) > ($1, $2::text))
  order by tenant_id, id limit $3`)

/** Workers for everybody, of all tenants, in the order of their keys. */
export const findServing = (tx: SystemWriter, after: ServingWorker | null, limit: number): Promise<ServingWorker[]> =>
  tx.query(serving, [after?.tenantId ?? null, after?.id ?? null, limit])

const end = statement(`
  update workers w set serves_all = false
  from unnest($1::uuid[], $2::text[]) as gone (tenant_id, id) where w.tenant_id = gone.tenant_id and w.id = gone.id`)

/** Lets workers serve nobody but those who have registered them. */
export async function endService(tx: SystemWriter, workers: readonly ServingWorker[]): Promise<void> {
  await tx.query(end, [workers.map(worker => worker.tenantId), workers.map(worker => worker.id)])
}
