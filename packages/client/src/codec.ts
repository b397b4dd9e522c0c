import type { TaskList } from '@codetether/protocol/v03/task-list'
import type { Message, StreamEvent, Task } from '@codetether/protocol/v03/wire'
import type { z } from 'zod'
import type { WireParams } from './message.ts'
import type { TaskListParams } from './task-list.ts'

type Params = Readonly<Record<string, unknown>>

/**
 * How one version of A2A writes what a client sends and receives. The client's own form is that of v0.3: callers read
 * one form, whatever the agent speaks.
 */
export interface Codec {
  /** Params of `send` and `stream`. */
  sendParams(params: WireParams): Params
  listParams(params: TaskListParams): Params
  SendResult: z.ZodType<Task | Message>
  Task: z.ZodType<Task>
  TaskList: z.ZodType<TaskList>
  StreamEvent: z.ZodType<StreamEvent>
}
