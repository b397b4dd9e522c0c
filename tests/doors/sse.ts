import assert from 'node:assert/strict'
import type { RpcBody } from '../platform.ts'
import { json } from './support.ts'

export interface Frame {
  id: number
  /** What the frame carries: over JSON-RPC a response. */
  body: RpcBody
}

/** One event of any stream of ours. */
export interface SseMessage {
  id: string | null
  event: string | null
  data: RpcBody
}

const fieldOf = (line: string): [string, string] => {
  const colon = line.indexOf(': ')
  return [line.slice(0, colon), line.slice(colon + 2)]
}

/** The events of a text that has whole ones, of whatever type they are. */
export const messagesIn = (text: string): SseMessage[] =>
  text.split('\n\n').flatMap(block => {
    const { id = null, event = null, data } = Object.fromEntries(block.split('\n').map(fieldOf))
    return data === undefined ? [] : [{ id, event, data: JSON.parse(data) }]
  })

/** One frame, read more strictly than the standard asks: lines end with LF, and there are no fields but `id` and `data`. */
function readFrame(block: string): Frame | null {
  assert.doesNotMatch(block, /\r|\u2028event/)
  const lines = block.split('\n')
  if (lines.every(line => line.startsWith(':'))) return null
  const [id = '', ...data] = lines
  assert.match(id, /^id: \d+$/)
  for (const line of data) assert.ok(line.startsWith('data: '), line)
  return { id: Number(id.slice(4)), body: JSON.parse(data.map(line => line.slice(6)).join('\n')) }
}

/** Everything of a stream that came in whole. Throws if the rest is not empty. */
export function readFrames(text: string): Frame[] {
  const blocks = text.split('\n\n')
  assert.equal(blocks.pop(), '', 'the stream ends with a whole frame')
  return blocks.flatMap(block => readFrame(block) ?? [])
}

export interface Stream {
  response: Response
  /** The next frame, or null when the stream ended cleanly. Rejects when it was broken off. */
  next(): Promise<Frame | null>
  /** All frames to the clean end. */
  rest(): Promise<Frame[]>
  /** Breaks the connection off. */
  leave(): void
}

/** Opens a stream. The answer may be a refusal: then there are no frames. */
export async function openStream(
  url: string,
  call: { method: string; params: unknown },
  headers: Record<string, string> = {},
): Promise<Stream> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 'stream', ...call })
  return openEvents(url, { method: 'POST', headers: { ...json, ...headers }, body })
}

/** The same for any request that is answered with events. */
export async function openEvents(url: string, request: RequestInit): Promise<Stream> {
  const gone = new AbortController()
  const response = await fetch(url, { ...request, signal: gone.signal })
  const frames = framesOf(response)
  const next = async () => (await frames.next()).value ?? null
  return {
    response,
    next,
    rest: async () => {
      const all: Frame[] = []
      for (let frame = await next(); frame; frame = await next()) all.push(frame)
      return all
    },
    leave: () => gone.abort(),
  }
}

async function* framesOf(response: Response): AsyncGenerator<Frame, null, undefined> {
  let buffered = ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const bytes of response.body ?? []) {
    buffered += decoder.decode(bytes, { stream: true })
    const end = buffered.lastIndexOf('\n\n') + 2
    if (end < 2) continue
    yield* readFrames(buffered.slice(0, end))
    buffered = buffered.slice(end)
  }
  assert.equal(buffered, '')
  return null
}

/** All text of the artifacts of a task, in the order in which the frames brought it. */
export const textOfFrames = (frames: readonly Frame[]): string =>
  frames
    .flatMap(({ body: { result } }) => (result.kind === 'artifact-update' ? result.artifact.parts : []))
    .map(part => part.text)
    .join('')
