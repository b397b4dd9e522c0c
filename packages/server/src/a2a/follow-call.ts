import { PlatformError } from '@codetether/protocol/errors'
import { CursorGone } from '../operations/cursor-gone.ts'
import { type Follow, snapshotAndTail } from '../operations/follow-task.ts'
import type { TaskView } from '../present/task-view.ts'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import type { TaskFrame } from '../store/task-frame.ts'
import type { Answer, Call } from './method.ts'
import { viewOf } from './view-of.ts'

/** The shapes of one version of A2A. */
export interface Shapes {
  presentTask(snapshot: TaskSnapshot, view: TaskView): object
  presentFrame(frame: TaskFrame, view: TaskView): object | null
}

/** The frames of a task as the answer to a call. A cursor that is gone is refused with the task in the caller's version. */
export function followCall(
  call: Call<unknown>,
  follow: Omit<Follow, 'signal'>,
  { presentTask, presentFrame }: Shapes,
): Answer {
  const view = viewOf(call)
  const present = (snapshot: TaskSnapshot) => presentTask(snapshot, view)
  return { stream: framesOf(call, follow, present), present: frame => presentFrame(frame, view) }
}

async function* framesOf(
  { ctx, principal, signal }: Call<unknown>,
  follow: Omit<Follow, 'signal'>,
  present: (snapshot: TaskSnapshot) => object,
): AsyncGenerator<TaskFrame, void, undefined> {
  try {
    yield* snapshotAndTail(ctx, principal, { ...follow, signal })
  } catch (error) {
    if (!(error instanceof CursorGone)) throw error
    throw new PlatformError(error.code, error.message, { ...error.details, snapshot: present(error.task) })
  }
}
