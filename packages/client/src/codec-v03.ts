import { TaskList } from '@codetether/protocol/v03/task-list'
import { Message, StreamEvent, Task } from '@codetether/protocol/v03/wire'
import { z } from 'zod'
import type { Codec } from './codec.ts'

/** A2A v0.3 over JSON-RPC (§6, §7): the client's own form. */
export const codecV03: Codec = {
  sendParams: ({ message, configuration, metadata }) => ({ message, configuration, metadata }),
  listParams: params => ({ ...params }),
  SendResult: z.discriminatedUnion('kind', [Task, Message]),
  Task,
  TaskList,
  StreamEvent,
}
