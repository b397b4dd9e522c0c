import { limits } from '@codetether/protocol/limits'
import { textOf } from '@codetether/protocol/message'
import type { CodebaseRow } from '../store/codebases.ts'

type Status = 'pending' | 'cloning' | 'failed' | 'ready' | 'offline'

/** Has a worker this codebase and is it there, or is one at it? */
export const statusOf = ({ owners, clone }: CodebaseRow): Status => {
  if (owners.length === 0 && clone?.state === 'working') return 'cloning'
  if (owners.length === 0 && clone && ['failed', 'rejected', 'canceled'].includes(clone.state)) return 'failed'
  if (owners.length === 0) return 'pending'
  return owners.some(owner => owner.seenSecondsAgo * 1000 < limits.workerAwayMs) ? 'ready' : 'offline'
}

const errorOf = ({ clone }: CodebaseRow): string =>
  clone?.message ? textOf(clone.message.parts) : 'The task that clones it was canceled.'

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
  error: statusOf(codebase) === 'failed' ? errorOf(codebase) : null,
  clone_task_id: codebase.clone?.taskId ?? null,
  archive: codebase.archive && {
    bytes: codebase.archive.bytes,
    sha256: codebase.archive.sha256,
    created_at: new Date(codebase.archive.at).toISOString(),
  },
  worker_id: codebase.owners[0]?.workerId ?? null,
  workers: codebase.owners.map(({ workerId, path }) => ({ worker_id: workerId, path })),
  watch: codebase.watch,
  created_at: codebase.createdAt.toISOString(),
  updated_at: codebase.updatedAt.toISOString(),
})
