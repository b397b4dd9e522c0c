import type { WaitingWork } from '../store/waiting-work.ts'

/** A task that waits, as workers are told of it. */
export const presentWaiting = (task: WaitingWork) => ({
  id: task.taskId,
  title: task.title,
  prompt: task.prompt,
  truncated: task.isCut,
  codebase_id: task.codebaseId,
  workspace_id: task.codebaseId,
  agent_type: task.agentType,
  priority: task.priority,
  metadata: task.metadata,
  model: task.modelRef,
  model_ref: task.modelRef,
  target_agent_name: task.targetAgentName,
  created_at: task.createdAt.toISOString(),
})
