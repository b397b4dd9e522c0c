import { limits } from '@codetether/protocol/limits'
import { getTask } from '../operations/get-task.ts'
import { waitForChange } from '../operations/wait-for-task.ts'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import { takeStreamSlot } from '../stream-slot.ts'
import type { Call } from './method.ts'

/** A task as it is, or with the resume extension as it is after its next change. Who waits counts as a stream. */
export async function readTask(
  call: Call<unknown>,
  { id: taskId, historyLength }: { id: string; historyLength?: number | undefined },
): Promise<TaskSnapshot> {
  const { ctx, principal, resume, signal } = call
  if (!resume?.wait) return getTask(ctx, principal, taskId, messageLimit(historyLength))
  takeStreamSlot(call)
  return waitForChange(ctx, principal, { ...resume.wait, taskId, signal })
}

/** What nobody asks for is not read. The message of the current status may be among them, and is not shown there. */
const messageLimit = (historyLength: number | undefined): number => {
  if (historyLength === undefined || historyLength >= limits.historyLength) return limits.historyLength
  return historyLength === 0 ? 0 : historyLength + 1
}
