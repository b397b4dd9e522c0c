import { limits } from '@codetether/protocol/limits'
import { getTask } from '../operations/get-task.ts'
import { waitForChange } from '../operations/wait-for-task.ts'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import type { Call } from './method.ts'
import { takeStreamSlot } from './stream-slot.ts'

/** A task as it is, or with the resume extension as it is after its next change. Who waits counts as a stream. */
export async function readTask(call: Call<unknown>, taskId: string): Promise<TaskSnapshot> {
  const { ctx, principal, resume, signal } = call
  if (!resume?.wait) return getTask(ctx, principal, taskId, limits.historyLength)
  takeStreamSlot(call)
  return waitForChange(ctx, principal, { ...resume.wait, taskId, signal })
}
