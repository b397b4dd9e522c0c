import type { JsonObject } from '@codetether/protocol/json'
import { generationKey } from '@codetether/protocol/resume-extension'

/** What of a task is shown. */
export interface TaskView {
  /** At most this many messages, the newest; undefined for all. */
  historyLength?: number | undefined
  /** The caller has activated the resume extension: generations are shown. */
  generation?: boolean
}

/** What the resume extension adds to the metadata of a task or of an update. */
export const shownGeneration = (generation: number, view: TaskView): JsonObject =>
  view.generation ? { [generationKey]: generation } : {}
