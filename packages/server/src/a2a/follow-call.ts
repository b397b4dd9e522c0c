import { type Follow, snapshotAndTail } from '../operations/follow-task.ts'
import type { TaskView } from '../present/task-view.ts'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import type { TaskFrame } from '../store/task-frame.ts'
import type { Call, Frames } from './method.ts'
import { viewOf } from './view-of.ts'

/** The shapes of one version of A2A. */
export interface Shapes<Task extends object, Frame extends object> {
  presentTask(snapshot: TaskSnapshot, view: TaskView): Task
  presentFrame(frame: TaskFrame, view: TaskView): Frame | null
}

/** The frames of a task as the answer to a call. */
export function followCall<Task extends object, Frame extends object>(
  call: Call<unknown>,
  follow: Omit<Follow, 'signal'>,
  { presentTask, presentFrame }: Shapes<Task, Frame>,
  historyLength?: number,
): Frames<Task, Frame> {
  const { ctx, principal, signal } = call
  const view = viewOf(call, historyLength)
  return {
    stream: snapshotAndTail(ctx, principal, { ...follow, signal }),
    present: frame => presentFrame(frame, view),
    presentTask: snapshot => presentTask(snapshot, view),
  }
}
