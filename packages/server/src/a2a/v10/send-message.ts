import { SendMessageParams } from '@codetether/protocol/v10/params'
import { presentTask } from '../../present/task-v10.ts'
import { takeStreamSlot } from '../../stream-slot.ts'
import type { Method } from '../method.ts'
import { settled, startTask } from '../start-task.ts'
import { viewOf } from '../view-of.ts'
import { toStartRequest } from './start-request.ts'

/**
 * `SendMessage` (A2A v1.0 §3.1.1). Waits until the task has ended or asks something, however long that is, unless
 * `returnImmediately`: §3.2.2 knows no other end of the wait.
 */
export const sendMessage: Method<SendMessageParams> = {
  name: 'SendMessage',
  permission: 'tasks:write',
  params: SendMessageParams,
  async handle(call) {
    const { configuration } = call.params
    const waits = configuration?.returnImmediately !== true
    // Who waits counts as a stream.
    if (waits) takeStreamSlot(call)
    const started = await startTask(call, toStartRequest(call.params))
    const snapshot = await settled(call, started, waits ? Number.POSITIVE_INFINITY : 0)
    return { result: { task: presentTask(snapshot, viewOf(call, configuration?.historyLength)) } }
  },
}
