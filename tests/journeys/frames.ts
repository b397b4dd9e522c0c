import assert from 'node:assert/strict'
import { SseParser } from '@codetether/client/sse'
import type { RpcBody } from '../platform.ts'

/** One frame of a stream of JSON-RPC responses. */
export interface Frame {
  id: number
  result: RpcBody
}

export interface StreamCall {
  method: string
  params: unknown
  headers?: Record<string, string>
}

/** No stream of these tests takes as long. */
const streamMs = 30_000

/** Opens an event stream and yields its frames. Throws when the connection breaks before the stream's end. */
export async function* frames(url: string, { method, params, headers = {} }: StreamCall): AsyncGenerator<Frame, void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 'stream', method, params }),
    signal: AbortSignal.timeout(streamMs),
  })
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
  const parser = new SseParser()
  for await (const chunk of response.body ?? []) {
    for (const { id, data } of parser.push(chunk)) {
      const { error, result, ...envelope } = JSON.parse(data)
      assert.deepEqual([envelope, error], [{ jsonrpc: '2.0', id: 'stream' }, undefined])
      yield { id: Number(id), result }
    }
  }
}

/** What a frame is, in one word: `task`, `artifact-update`, or the state of a status update. */
export const kindOf = ({ result }: Frame): string =>
  result.kind === 'status-update' ? result.status.state : result.kind
