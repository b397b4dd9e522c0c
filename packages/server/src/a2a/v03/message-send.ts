import { SendParams } from '@codetether/protocol/v03/params'
import type * as wire from '@codetether/protocol/v03/wire'
import { presentOldView } from '../../present/old-view.ts'
import { presentTask } from '../../present/task-v03.ts'
import { takeStreamSlot } from '../../stream-slot.ts'
import type { Method, Result } from '../method.ts'
import { settled, startTask } from '../start-task.ts'
import { viewOf } from '../view-of.ts'
import { toStartRequest } from './start-request.ts'

/** `message/send` (A2A v0.3 §7.1). Waits for an agent of the server unless `blocking` is false, and for workers if it is true. */
export const messageSend: Method<SendParams, Result<wire.Task>> = {
  name: 'message/send',
  permission: 'tasks:write',
  params: SendParams,
  async handle(call) {
    const { historyLength, blocking } = call.params.configuration ?? {}
    const waits = blocking !== false
    // Who waits counts as a stream.
    if (waits) takeStreamSlot(call)
    const started = await startTask(call, toStartRequest(call.params))
    // What workers do is waited for only by those who say so.
    const isLate = started.isWork && blocking === undefined
    const snapshot = await settled(call, started, waits && !isLate ? call.ctx.config.blockingMs : 0)
    const result = presentTask(snapshot, viewOf(call, historyLength))
    return { result: call.params.message.oldShape ? { ...result, ...presentOldView(snapshot) } : result }
  },
}
