import { SendMessageParams } from '@codetether/protocol/v10/params'
import { presentFrame, presentTask } from '../../present/task-v10.ts'
import type { Method } from '../method.ts'
import { startStream } from '../start-stream.ts'
import { toStartRequest } from './start-request.ts'

/** `SendStreamingMessage` (A2A v1.0 §3.1.2): the task first, then each change of it. */
export const sendStreamingMessage: Method<SendMessageParams> = {
  name: 'SendStreamingMessage',
  permission: 'tasks:write',
  params: SendMessageParams,
  async handle(call) {
    return startStream(call, toStartRequest(call.params), { presentTask, presentFrame })
  },
}
