import { limits } from '@codetether/protocol/limits'
import type { CodebaseRow } from '../store/codebases.ts'

/** Has a worker this codebase, and is it there? */
export const statusOf = ({ owners }: CodebaseRow): 'pending' | 'ready' | 'offline' => {
  if (owners.length === 0) return 'pending'
  return owners.some(owner => owner.seenSecondsAgo * 1000 < limits.workerAwayMs) ? 'ready' : 'offline'
}

export const presentCodebase = (codebase: CodebaseRow) => ({
  id: codebase.id,
  codebase_id: codebase.id,
  workspace_id: codebase.id,
  name: codebase.name,
  path: codebase.path,
  description: codebase.description,
  git_url: codebase.gitUrl,
  git_branch: codebase.gitBranch,
  status: statusOf(codebase),
  worker_id: codebase.owners[0]?.workerId ?? null,
  workers: codebase.owners.map(({ workerId, path }) => ({ worker_id: workerId, path })),
  watch: codebase.watch,
  created_at: codebase.createdAt.toISOString(),
  updated_at: codebase.updatedAt.toISOString(),
})
