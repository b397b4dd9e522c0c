import { fieldsOf, isFields } from '../child/shape.ts'
import { requestId } from './requests.ts'

/** Tasks on a page when the caller does not say how many. */
export const PAGE_SIZE = 50

/** That of v1.0, and that of v0.3, which has it as this platform's extension. */
export type ListMethod = 'ListTasks' | 'tasks/list'

const COMPLETED: readonly unknown[] = ['TASK_STATE_COMPLETED', 'completed']

/** Writes requests for the newest page of the caller's tasks. */
export function listWriter(host: string, path: string, method: ListMethod): (sequence: number) => string {
  const version = method === 'ListTasks' ? 'A2A-Version: 1.0\r\n' : ''
  return sequence => {
    const body = `{"jsonrpc":"2.0","id":${requestId(sequence)},"method":"${method}","params":{}}`
    return (
      `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nAccept: application/json\r\n` +
      `${version}Content-Length: ${body.length}\r\n\r\n${body}`
    )
  }
}

/** Whether an answer is a full page of different finished tasks, out of as many as there are. Null is well. */
export function inspectList(status: number, body: Buffer, { id, total }: { id: number; total: number }): string | null {
  if (status !== 200) return `status ${status}: ${body.toString('utf8', 0, 300)}`
  const response = fieldsOf(JSON.parse(body.toString()))
  if (response.jsonrpc !== '2.0' || response.id !== id) return `answers request ${String(response.id)}, not ${id}`
  const { tasks, totalSize } = fieldsOf(response.result)
  if (totalSize !== total) return `${String(totalSize)} tasks in all, not ${total}`
  if (!Array.isArray(tasks) || tasks.length !== PAGE_SIZE) return `not a page of ${PAGE_SIZE} tasks`
  const items: readonly unknown[] = tasks
  if (new Set(items.map(task => fieldsOf(task).id)).size !== PAGE_SIZE) return 'a task is twice on the page'
  return items.every(isFinished) ? null : 'the page has a task that is not completed'
}

const isFinished = (task: unknown): boolean => {
  const status = isFields(task) ? task.status : undefined
  return isFields(status) && COMPLETED.includes(status.state)
}
