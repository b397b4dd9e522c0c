import { takeStreamSlot } from '../stream-slot.ts'
import { followCall, type Shapes } from './follow-call.ts'
import type { Call, Frames } from './method.ts'
import type { StartRequest } from './start-request.ts'
import { startTask } from './start-task.ts'

/** Starts a task and follows it. A message id that was sent before attaches to its task, from the start or behind a cursor. */
export async function startStream<Task extends object, Frame extends object>(
  call: Call<unknown>,
  request: StartRequest,
  shapes: Shapes<Task, Frame>,
): Promise<Frames<Task, Frame>> {
  takeStreamSlot(call)
  const { taskId, after, isNew, snapshot, events } = await startTask(call, request)
  // A cursor belongs to a task that the caller has seen: for a new one it means nothing.
  const cursor = isNew ? after : (call.lastEventId ?? after)
  return followCall(call, { taskId, after: cursor, snapshot, events }, shapes, request.historyLength)
}
