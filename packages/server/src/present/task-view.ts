import type { Json, JsonObject } from '@codetether/protocol/json'
import { generationKey } from '@codetether/protocol/resume-extension'
import type { TaskRow } from '../store/tasks.ts'

/** What of a task is shown. */
export interface TaskView {
  /** At most this many messages, the newest; undefined for all. */
  historyLength?: number | undefined
  /** The caller has activated the resume extension: generations are shown. */
  generation?: boolean
}

/** How the one was found who carries out a task: of workers, what was decided too. */
export const shownRouting = ({ routing, decision }: Pick<TaskRow, 'routing' | 'decision'>): Json =>
  decision === null ? routing : { ...decision, by: routing }

/** What the resume extension adds to the metadata of a task or of an update. */
export const shownGeneration = (generation: number, view: TaskView): JsonObject =>
  view.generation ? { [generationKey]: generation } : {}
