import type { JsonObject } from '@codetether/protocol/json'
import type { PushWish } from '@codetether/protocol/push-config'
import type { ReadMessage } from '@codetether/protocol/read-message'
import type { WireVersion } from '../store/tasks.ts'

/** What a message asks for, whatever version it came in. */
export interface StartRequest extends Omit<ReadMessage, 'skillId'> {
  skillId: string | undefined
  /** Metadata of the call, beside that of the message. */
  metadata: JsonObject | null
  /** Media types that the caller accepts; empty for any. */
  outputModes: readonly string[]
  /** How many messages of the task its answer shows; undefined for all. */
  historyLength: number | undefined
  /** Who wants to be told of the task. */
  push: PushWish | null
  wireVersion: WireVersion
}
