/** The states of a task: A2A v0.3 §6.3 and v1.0 §4.1.3, in the spelling of v0.3. */
export const taskStates = [
  'submitted',
  'working',
  'input-required',
  'auth-required',
  'completed',
  'failed',
  'canceled',
  'rejected',
] as const

export type TaskState = (typeof taskStates)[number]

const terminal = ['completed', 'failed', 'canceled', 'rejected'] as const
const interrupted = ['input-required', 'auth-required'] as const
const active = ['working', ...interrupted, ...terminal] as const

/**
 * The state machine. `submitted` after `working` or an interruption means "queued again": a new attempt after a lost
 * lease, or an answer that arrived. The trigger `check_task_transition` holds the same table in the database.
 */
const moves: Record<TaskState, readonly TaskState[]> = {
  submitted: ['submitted', ...active],
  working: ['submitted', ...active],
  'input-required': ['submitted', ...active],
  'auth-required': ['submitted', ...active],
  completed: [],
  failed: [],
  canceled: [],
  rejected: [],
}

/** May a task in state `from` take the state `to`? Terminal states are final. */
export const canMove = (from: TaskState, to: TaskState): boolean => moves[from].includes(to)

/** Nothing happens to the task any more. */
export const isTerminal = (state: TaskState): boolean => terminal.some(s => s === state)

/** The task waits for its caller: an answer or credentials. */
export const isInterrupted = (state: TaskState): boolean => interrupted.some(s => s === state)
