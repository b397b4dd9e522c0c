import { statement } from './statement.ts'
import type { Reader } from './store.ts'

/** A directory or a git remote in which work is done. */
export interface CodebaseRow {
  tenantId: string
  id: string
  principal: string
  name: string
  path: string | null
  description: string | null
  gitUrl: string | null
  gitBranch: string | null
  watch: boolean
  watchIntervalSeconds: number
  createdAt: Date
  updatedAt: Date
  /** The workers that have it, and where. */
  owners: { workerId: string; path: string; seenSecondsAgo: number }[]
}

const columns = `
  c.tenant_id as "tenantId", c.id, c.principal, c.name, c.path, c.description, c.git_url as "gitUrl",
  c.git_branch as "gitBranch", c.watch, c.watch_interval_seconds as "watchIntervalSeconds",
  c.created_at as "createdAt", c.updated_at as "updatedAt",
  coalesce((
    select jsonb_agg(jsonb_build_object('workerId', o.worker_id, 'path', o.path,
      'seenSecondsAgo', extract(epoch from now() - w.seen_at)) order by o.worker_id)
    from worker_codebases o join workers w on w.tenant_id = o.tenant_id and w.id = o.worker_id
    where o.tenant_id = c.tenant_id and o.codebase_id = c.id and w.state <> 'unregistered'), '[]') as owners`

const find = statement(`select ${columns} from codebases c where c.tenant_id = $1 and c.id = $2`)

export async function findCodebase(tx: Reader, tenantId: string, id: string): Promise<CodebaseRow | null> {
  const [row] = await tx.query<CodebaseRow>(find, [tenantId, id])
  return row ?? null
}
