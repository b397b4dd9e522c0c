import type { A2aClient } from '@codetether/client/a2a-client'
import type { TaskListParams } from '@codetether/client/task-list'
import { limits } from '@codetether/protocol/limits'
import type { Task } from '@codetether/protocol/v03/wire'
import { connect, type ServerOptions } from '../connect.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { createOutput } from '../output.ts'
import { table } from '../table.ts'
import { answerText, partsText } from '../task-text.ts'

export interface TaskListOptions extends ServerOptions {
  status?: string
  context?: string
  /** The most tasks to list. */
  limit?: number
}

const defaultLimit = 50

const toParams = ({ status, context, limit = defaultLimit }: TaskListOptions): TaskListParams => ({
  ...(status === undefined ? {} : { status }),
  ...(context === undefined ? {} : { contextId: context }),
  pageSize: Math.min(limit, limits.pageSize),
  historyLength: 1,
})

const collect = async (client: A2aClient, options: TaskListOptions, signal: AbortSignal) => {
  const { limit = defaultLimit } = options
  const params = toParams(options)
  const first = await client.listTasks(params, { signal })
  const found = { ...first }
  while (found.tasks.length < limit && found.nextPageToken !== '') {
    const next = await client.listTasks({ ...params, pageToken: found.nextPageToken }, { signal })
    found.tasks = [...found.tasks, ...next.tasks]
    found.nextPageToken = next.nextPageToken
  }
  return { tasks: found.tasks.slice(0, limit), totalSize: first.totalSize }
}

/** What the task is about, in a line: the agent's last words, or the person's. */
const subjectOf = (task: Task): string => answerText(task) || partsText(task.history?.at(-1)?.parts ?? [])

const rowOf = (task: Task): string[] => [
  task.id,
  task.status.state,
  task.status.timestamp?.replace(/\.\d+Z$/, 'Z') ?? '',
  subjectOf(task),
]

/** Prints the caller's tasks, the latest change first. */
export const taskList = async (options: TaskListOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  const { client, signal } = await connect(options, io)
  const { tasks, totalSize } = await collect(client, options, signal)
  const lines = () => {
    const [heading = '', ...rows] = table(['TASK', 'STATE', 'UPDATED', 'TEXT'], tasks.map(rowOf), output.columns)
    return [output.style('bold', heading), ...rows].join('\n')
  }
  await output.result({ tasks, totalSize }, lines)
  if (totalSize > tasks.length) output.note(`${tasks.length} of ${totalSize} tasks; see more with --limit`)
  return exitCodes.ok
}
