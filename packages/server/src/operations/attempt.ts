import type { Message } from '@codetether/protocol/message'
import type { Fence } from '../store/lease.ts'
import type { TaskRow } from '../store/tasks.ts'

/** A run of an agent of this process on a task whose lease it holds. */
export interface Attempt {
  /** Whose task it is. */
  principal: { tenantId: string; id: string }
  task: TaskRow
  /** The messages so far; the last one is handed to the agent. */
  history: readonly Message[]
  fence: Fence
  signal: AbortSignal
}
