import { type Fields, fieldsOf, isFields } from '../child/shape.ts'
import { textOf } from '../peers/script.ts'

/** Frames before the chunks: the task as it was submitted, and that it is working. */
export const FRAMES_BEFORE = 2
/** That it is completed. */
const FRAMES_AFTER = 1

/**
 * Whether a v1.0 stream shows its task submitted, working, with every chunk in its place, and completed. Over JSON-RPC
 * every frame answers the request of the id. Null is well.
 */
export function inspectStream(frames: readonly string[], id: number | null, chunks: number): string | null {
  const expected = FRAMES_BEFORE + chunks + FRAMES_AFTER
  if (frames.length !== expected) return `${frames.length} frames, not ${expected}: ${frames.at(-1) ?? 'none'}`
  const results: Fields[] = []
  for (const frame of frames) {
    const response = fieldsOf(JSON.parse(frame))
    if (id !== null && (response.jsonrpc !== '2.0' || response.id !== id))
      return `answers request ${String(response.id)}, not ${id}`
    results.push(id === null ? response : fieldsOf(response.result))
  }
  const task = at(results[0], 'task', 'id')
  if (typeof task !== 'string' || task === '') return 'the stream does not begin with its task'
  const wrong = results.findIndex((result, place) => !fits(result, place, { task, chunks }))
  return wrong < 0 ? null : `frame ${wrong + 1} of ${expected} is not what it should be: ${frames[wrong] ?? ''}`
}

function fits(result: Fields, place: number, { task, chunks }: { task: string; chunks: number }): boolean {
  if (place === 0) return at(result, 'task', 'status', 'state') === 'TASK_STATE_SUBMITTED'
  const chunk = place - FRAMES_BEFORE
  if (chunk >= 0 && chunk < chunks) {
    const { artifactUpdate } = result
    return (
      at(artifactUpdate, 'taskId') === task && at(artifactUpdate, 'artifact', 'parts', '0', 'text') === textOf(chunk)
    )
  }
  const state = chunk < 0 ? 'TASK_STATE_WORKING' : 'TASK_STATE_COMPLETED'
  return at(result, 'statusUpdate', 'taskId') === task && at(result, 'statusUpdate', 'status', 'state') === state
}

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((from, key) => (isFields(from) ? from[key] : undefined), value)
