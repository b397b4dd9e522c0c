import type { Message } from '@codetether/protocol/message'
import { textOf } from '@codetether/protocol/message'
import type { ClaimedTask } from '@codetether/protocol/work/claim'
import type { Errand } from '@codetether/protocol/work/errand'
import type { ClaimedWork } from '../store/claim-work.ts'
import { presentMessage } from './part-v10.ts'

function errandOf({ errand, gitUrl, gitBranch }: ClaimedWork): Errand | null {
  if (errand !== 'clone') return errand && { kind: errand }
  // A codebase that was deleted meanwhile has no remote: what is claimed is canceled in the next moment.
  return { kind: 'clone', git_url: gitUrl ?? '', git_branch: gitBranch }
}

/** A task as the worker gets it that has leased it. */
export const presentClaimed = (
  { history, ...task }: ClaimedWork & { history: readonly Message[] },
  leaseMs: number,
): ClaimedTask => ({
  task_id: task.taskId,
  attempt: task.attempt,
  lease_token: task.token,
  lease_seconds: leaseMs / 1000,
  title: task.title,
  prompt: textOf(history.at(-1)?.parts ?? []),
  history: history.map(message => presentMessage(message, { taskId: task.taskId, contextId: task.contextId })),
  agent_type: task.agentType,
  target_agent_name: task.targetAgentName,
  errand: errandOf(task),
  priority: task.priority,
  codebase_id: task.codebaseId,
  path: task.path,
  model: task.modelRef,
  session_id: task.sessionId,
  metadata: task.metadata,
  time_limit_seconds: task.timeLimitSeconds,
  deadline_at: task.deadlineAt?.toISOString() ?? null,
  checkpoint: task.checkpoint,
  checkpoint_seq: task.checkpointSeq,
  created_at: task.createdAt.toISOString(),
})
