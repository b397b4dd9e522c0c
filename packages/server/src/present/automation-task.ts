import { isTerminal } from '@codetether/protocol/task-state'
import type { WorkRow } from '../store/read-work.ts'
import { presentWork } from './work-task.ts'

/** A task for tools that know no nesting: one flat object, null for what there is not. */
export function presentAutomation(task: WorkRow) {
  const shown = presentWork(task)
  const { percent = null, message = null } = task.progress ?? {}
  return {
    id: shown.id,
    task_id: shown.id,
    title: shown.title,
    prompt: shown.prompt,
    status: shown.status,
    is_done: isTerminal(task.state),
    result: shown.result,
    error: shown.error,
    question: shown.question,
    warning: typeof task.routing.warning === 'string' ? task.routing.warning : null,
    agent_type: shown.agent_type,
    priority: shown.priority,
    codebase_id: shown.codebase_id,
    model: shown.model,
    session_id: shown.session_id,
    worker_id: shown.worker_id,
    attempt: shown.attempt,
    progress_percent: percent,
    progress_message: message,
    created_at: shown.created_at,
    updated_at: shown.updated_at,
    started_at: shown.started_at,
    completed_at: shown.completed_at,
    deadline_at: shown.deadline_at,
  }
}
