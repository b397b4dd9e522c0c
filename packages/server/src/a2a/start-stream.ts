import { snapshotAndTail } from '../operations/follow-task.ts'
import type { TaskFrame } from '../store/task-frame.ts'
import type { Call } from './method.ts'
import type { StartRequest } from './start-request.ts'
import { startTask } from './start-task.ts'
import { takeStreamSlot } from './stream-slot.ts'

/** Starts a task and follows it. A message id that was sent before attaches to its task, from the start or Last-Event-ID. */
export async function startStream(
  call: Call<unknown>,
  request: StartRequest,
): Promise<AsyncGenerator<TaskFrame, void, undefined>> {
  const { ctx, principal, signal, lastEventId } = call
  takeStreamSlot(call)
  const { taskId, after, isNew, snapshot } = await startTask(call, request)
  // A cursor belongs to a task that the caller has seen: for a new one it means nothing.
  const cursor = isNew ? after : (lastEventId ?? after)
  return snapshotAndTail(ctx, principal, { taskId, after: cursor, snapshot, signal })
}
