import { SendParams } from '@codetether/protocol/v03/params'
import type * as wire from '@codetether/protocol/v03/wire'
import { presentFrame, presentTask } from '../../present/task-v03.ts'
import type { Frames, Method } from '../method.ts'
import { startStream } from '../start-stream.ts'
import { toStartRequest } from './start-request.ts'

/** `message/stream` (A2A v0.3 §7.2): the task first, then each change of it. */
export const messageStream: Method<SendParams, Frames<wire.Task, wire.StreamEvent>> = {
  name: 'message/stream',
  permission: 'tasks:write',
  params: SendParams,
  async handle(call) {
    return startStream(call, toStartRequest(call.params), { presentTask, presentFrame })
  },
}
