import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { Message, Part } from '@codetether/protocol/message'
import type { TaskEvent } from '@codetether/protocol/task-event'
import { newId } from '../ids.ts'
import { type Blob, findBlobs } from '../store/blobs.ts'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import type { Reader } from '../store/store.ts'

const mapParts = <E extends TaskEvent>(event: E, map: (part: Part) => Part): E => {
  if (event.kind === 'artifact')
    return { ...event, artifact: { ...event.artifact, parts: event.artifact.parts.map(map) } }
  if ((event.kind === 'message' || event.kind === 'status') && event.message)
    return { ...event, message: { ...event.message, parts: event.message.parts.map(map) } }
  return event
}

const tooLarge = (chars: number) =>
  new PlatformError('TOO_LARGE', `an inline file has at most ${limits.inlineFileChars} characters of base64`, {
    metadata: { chars },
  })

/** Takes the bytes of large inline files out of events: rows of tasks stay small. Throws TOO_LARGE for what no door can carry. */
export function extractFiles(events: readonly TaskEvent[]): { events: TaskEvent[]; blobs: Blob[] } {
  const blobs: Blob[] = []
  const extract = (part: Part): Part => {
    if (!('raw' in part) || part.raw.length <= limits.inlineFileRowChars) return part
    if (part.raw.length > limits.inlineFileChars) throw tooLarge(part.raw.length)
    const { raw, ...rest } = part
    const id = newId()
    blobs.push({ id, content: Buffer.from(raw, 'base64') })
    return { ...rest, blob: { id, chars: raw.length } }
  }
  return { events: events.map(event => mapParts(event, extract)), blobs }
}

const blobIds = (parts: readonly Part[]): string[] => parts.flatMap(part => ('blob' in part ? [part.blob.id] : []))

/** Whether the bytes of files lie beside a message. */
export const holdsFiles = ({ parts }: Pick<Message, 'parts'>): boolean => blobIds(parts).length > 0

const partsOf = (event: TaskEvent): readonly Part[] => {
  if (event.kind === 'artifact') return event.artifact.parts
  return event.kind === 'message' || event.kind === 'status' ? (event.message?.parts ?? []) : []
}

type ReadBlobs = <T>(fn: (tx: Reader) => Promise<T>) => Promise<T>

async function inserter(read: ReadBlobs, tenantId: string, ids: readonly string[]) {
  const blobs = await read(tx => findBlobs(tx, tenantId, ids))
  const raw = new Map(blobs.map(blob => [blob.id, blob.content.toString('base64')]))
  return (part: Part): Part => {
    if (!('blob' in part)) return part
    const { blob, ...rest } = part
    return { ...rest, raw: raw.get(blob.id) ?? '' }
  }
}

/** Puts the bytes of inline files back into events that were read. Reads nothing when there are none. */
export async function insertFiles<E extends TaskEvent>(read: ReadBlobs, tenantId: string, events: E[]): Promise<E[]> {
  const ids = events.flatMap(event => blobIds(partsOf(event)))
  if (ids.length === 0) return events
  const insert = await inserter(read, tenantId, ids)
  return events.map(event => mapParts(event, insert))
}

/** Puts the bytes of inline files back into snapshots that were read. Reads nothing when there are none. */
export async function insertSnapshotFiles(
  read: ReadBlobs,
  tenantId: string,
  snapshots: TaskSnapshot[],
): Promise<TaskSnapshot[]> {
  const ids = snapshots.flatMap(({ task, messages, artifacts }) => [
    ...messages.flatMap(m => blobIds(m.message.parts)),
    ...artifacts.flatMap(a => blobIds(a.parts)),
    ...blobIds(task.statusMessage?.parts ?? []),
  ])
  if (ids.length === 0) return snapshots
  const insert = await inserter(read, tenantId, ids)
  const inMessage = <M extends { parts: Part[] }>(message: M): M => ({ ...message, parts: message.parts.map(insert) })
  return snapshots.map(({ task, messages, artifacts }) => ({
    task: { ...task, statusMessage: task.statusMessage && inMessage(task.statusMessage) },
    messages: messages.map(m => ({ ...m, message: inMessage(m.message) })),
    artifacts: artifacts.map(inMessage),
  }))
}
