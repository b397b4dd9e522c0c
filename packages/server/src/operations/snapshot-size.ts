import type { Part } from '@codetether/protocol/message'
import type { TaskSnapshot } from '../store/read-tasks.ts'

const ofPart = (part: Part): number => {
  if ('text' in part) return part.text.length
  if ('blob' in part) return part.blob.chars
  if ('raw' in part) return part.raw.length
  return 'url' in part ? part.url.length : JSON.stringify(part.data).length
}

export const ofParts = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + ofPart(part), 0)

/** About how many characters of JSON a task will have, the bytes of its files included, which need not be read for it. */
export const sizeOf = ({ task, messages, artifacts }: TaskSnapshot): number =>
  ofParts(task.statusMessage?.parts ?? []) +
  messages.reduce((sum, { message }) => sum + ofParts(message.parts), 0) +
  artifacts.reduce((sum, artifact) => sum + ofParts(artifact.parts), 0)
