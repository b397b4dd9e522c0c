import { fieldsOf, isFields } from '../child/shape.ts'
import { ANSWER } from './requests.ts'

const COMPLETED = '"completed"'

/** Cheap enough for every response: it answers 200 with a completed task that holds the echo. Null is well. */
export function glance(status: number, body: Buffer): string | null {
  if (status !== 200) return `status ${status}: ${body.toString('utf8', 0, 300)}`
  if (body.includes(ANSWER) && body.includes(COMPLETED)) return null
  return `no completed echo: ${body.toString('utf8', 0, 300)}`
}

/** The whole shape, for samples: the id that was asked, a v0.3 task in its final state, the echo as a text part. */
export function inspect(body: Buffer, id: number): string | null {
  const response = fieldsOf(JSON.parse(body.toString()))
  if (response.jsonrpc !== '2.0' || response.id !== id) return `answers request ${String(response.id)}, not ${id}`
  const task = fieldsOf(response.result)
  if (task.kind !== 'task' || typeof task.id !== 'string') return 'the result is not a task'
  if (fieldsOf(task.status).state !== 'completed') return 'the task is not completed'
  if (!holdsAnswer(task.artifacts) && !holdsAnswer(fieldsOf(task.status).message)) return 'the task lacks the echo'
  return null
}

/** Whether a text part below is the answer, wherever an implementation keeps it. */
function holdsAnswer(value: unknown): boolean {
  if (!isFields(value)) return false
  if (value.kind === 'text' && value.text === ANSWER) return true
  return Object.values(value).some(holdsAnswer)
}
