import type { TaskList } from '@codetether/protocol/v03/task-list'
import { fail, ok, type Verdict } from './finding.ts'

/** Pages of one task: the first is no longer than that, and the token of the next leads to another task (A2A v1.0 §3.1.4). */
export const judgePages = async (read: (pageToken: string | undefined) => Promise<TaskList>): Promise<Verdict> => {
  const { tasks, totalSize, nextPageToken } = await read(undefined)
  if (tasks.length > 1) return fail('more tasks than pageSize')
  if (nextPageToken === '')
    return tasks.length < totalSize
      ? fail(`${tasks.length} of ${totalSize} tasks, and no token of a next page`)
      : ok(`${tasks.length} of ${totalSize} tasks`)
  const next = await read(nextPageToken)
  if (next.tasks.length > 1) return fail('more tasks than pageSize on the second page')
  const isSame = next.tasks.some(({ id }) => tasks.some(task => task.id === id))
  return isSame
    ? fail('the second page repeats the first')
    : ok(`${tasks.length} of ${totalSize} tasks, and another page`)
}
