import { fieldsOf, isFields } from '../child/shape.ts'
import { ANSWER } from './requests.ts'

/** Whether SendMessage of v1.0 has returned a completed task with the echo, over whatever transport. Null is well. */
export function inspectAnswer(result: unknown): string | null {
  const { task } = fieldsOf(result)
  if (!isFields(task) || typeof task.id !== 'string' || task.id === '') return 'the result is not a task'
  const { state, message } = fieldsOf(task.status)
  if (state !== 'TASK_STATE_COMPLETED') return `the task is ${String(state)}`
  return holdsAnswer(task.artifacts) || holdsAnswer(message) ? null : 'the task lacks the echo'
}

/** Whether a part below is the answer, wherever an implementation keeps it. */
function holdsAnswer(value: unknown): boolean {
  if (!isFields(value)) return false
  return value.text === ANSWER || Object.values(value).some(holdsAnswer)
}
