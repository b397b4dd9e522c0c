import { textOf } from '@codetether/protocol/message'
import type { TaskState } from '@codetether/protocol/task-state'
import type { WorkRow } from '../store/read-work.ts'

/** The states of a task by the words of the management routes. */
export const workStatuses = {
  submitted: 'pending',
  working: 'running',
  'input-required': 'input_required',
  'auth-required': 'auth_required',
  completed: 'completed',
  failed: 'failed',
  canceled: 'cancelled',
  rejected: 'rejected',
} as const satisfies Record<TaskState, string>

const isEnded = (state: TaskState) => ['completed', 'failed', 'canceled', 'rejected'].includes(state)

/** A task of workers as the management routes show it. */
export function presentWork(task: WorkRow) {
  const said = task.statusMessage ? textOf(task.statusMessage.parts) : null
  return {
    id: task.id,
    title: task.title,
    prompt: textOf(task.message.parts),
    agent_type: task.agentType,
    status: workStatuses[task.state],
    state: task.state,
    priority: task.priority,
    worker_id: task.workerId,
    result: task.state === 'completed' ? said : null,
    error: task.state === 'failed' || task.state === 'rejected' ? said : null,
    question: task.state === 'input-required' || task.state === 'auth-required' ? said : null,
    dead_letter: task.deadLetter,
    redriven_as: task.redrivenAs,
    reference_task_ids: task.message.referenceTaskIds ?? [],
    // Only its deadline ends a task that nobody has taken.
    routing_failure_reason: task.state === 'failed' && task.attempt === 0 ? task.deadLetter : null,
    attempt: task.attempt,
    max_attempts: task.maxAttempts,
    // Who may take it now is told beside what was decided.
    metadata: { ...task.metadata, routing: task.routing },
    routing: task.routing,
    codebase_id: task.codebaseId,
    workspace_id: task.codebaseId,
    model: task.modelRef,
    model_ref: task.modelRef,
    session_id: task.sessionId,
    progress: task.progress,
    created_at: task.createdAt.toISOString(),
    updated_at: task.updatedAt.toISOString(),
    started_at: task.startedAt?.toISOString() ?? null,
    completed_at: isEnded(task.state) ? task.statusAt.toISOString() : null,
    deadline_at: task.deadlineAt?.toISOString() ?? null,
  }
}
