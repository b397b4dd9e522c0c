import type { TaskState } from '@codetether/protocol/task-state'
import { z } from 'zod'
import { workStatuses } from '../../present/work-task.ts'

/** What older programs call a task that waits or runs. */
const olderStatuses: Record<string, TaskState> = { queued: 'submitted', assigned: 'working', canceled: 'canceled' }

const stateNames: ReadonlyMap<string, TaskState> = new Map([
  ...Object.entries(workStatuses).flatMap(([state, status]): [string, TaskState][] => [
    [status, state as TaskState],
    [state, state as TaskState],
  ]),
  ...Object.entries(olderStatuses),
])

/** A status as these routes, A2A or older programs call it. */
export const WorkStatus = z.string().transform((name, context) => {
  const state = stateNames.get(name)
  if (state !== undefined) return state
  context.addIssue({ code: 'custom', message: `must be one of ${Object.values(workStatuses).join(', ')}` })
  return z.NEVER
})
