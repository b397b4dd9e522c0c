import { SendParams } from '@codetether/protocol/v03/params'
import { snapshotAndTail } from '../../operations/follow-task.ts'
import type { Method } from '../method.ts'
import { startTask } from '../start-task.ts'
import { takeStreamSlot } from '../stream-slot.ts'

/** `message/stream` (A2A v0.3 §7.2). Sending a message id again attaches to its task, from the start or Last-Event-ID. */
export const messageStream: Method<SendParams> = {
  name: 'message/stream',
  permission: 'tasks:write',
  params: SendParams,
  async handle(call) {
    const { ctx, principal, signal, lastEventId } = call
    takeStreamSlot(call)
    const { taskId, after, isNew, snapshot } = await startTask(call)
    // A cursor belongs to a task that the caller has seen: for a new one it means nothing.
    const cursor = isNew ? after : (lastEventId ?? after)
    return { stream: snapshotAndTail(ctx, principal, { taskId, after: cursor, snapshot, signal }) }
  },
}
