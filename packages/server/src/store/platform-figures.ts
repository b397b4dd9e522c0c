import { statement } from './statement.ts'
import type { Reader } from './store.ts'
import { isOnline, isThereFor } from './workers.ts'

/** What there is to do somebody's work with. */
export interface PlatformFigures {
  codebases: number
  /** Codebases that a worker has which is there. */
  ready: number
  workers: number
  workersOnline: number
}

const read = statement(`
  select
    (select count(*)::int from codebases where tenant_id = $1) as codebases,
    (select count(distinct o.codebase_id)::int from workers w
      join worker_codebases o on o.tenant_id = w.tenant_id and o.worker_id = w.id
      where w.tenant_id = $1 and ${isOnline} and ${isThereFor('$2')}) as ready,
    count(*)::int as workers, count(*) filter (where ${isOnline})::int as "workersOnline"
  from workers w where w.tenant_id = $1 and w.state <> 'unregistered' and ${isThereFor('$2')}`)

export async function readPlatform(tx: Reader, tenantId: string, principal: string): Promise<PlatformFigures> {
  const [row] = await tx.query<PlatformFigures>(read, [tenantId, principal])
  return row ?? { codebases: 0, ready: 0, workers: 0, workersOnline: 0 }
}
