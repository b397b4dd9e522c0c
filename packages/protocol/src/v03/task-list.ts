import { z } from 'zod'
import { Task } from './wire.ts'

/** The result of the extension `tasks/list`: all four keys are always there, `nextPageToken` is empty at the end. */
export const TaskList = z.object({
  tasks: z.array(Task),
  nextPageToken: z.string(),
  pageSize: z.number(),
  totalSize: z.number(),
})
export type TaskList = z.infer<typeof TaskList>
