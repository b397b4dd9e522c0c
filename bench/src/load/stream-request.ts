import { randomUUID } from 'node:crypto'
import type { Transport } from '../transport.ts'
import { requestMessage } from './grpc/messages.ts'
import { httpPost } from './http-post.ts'

export interface StreamRequest {
  readonly transport: Transport
  readonly url: string
  /** Of JSON-RPC; the others have none. */
  readonly id: number
  readonly text: string
  /** Of HTTP; gRPC has it on the connection. */
  readonly token: string | undefined
}

/** SendStreamingMessage of v1.0 with one text. */
export function streamRequest({ transport, url, id, text, token }: StreamRequest): string {
  const { host, pathname } = new URL(url)
  const messageId = randomUUID()
  if (transport === 'gRPC') return requestMessage(messageId, text)
  const params = { message: { messageId, role: 'ROLE_USER', parts: [{ text }] } }
  const post = { host, accept: 'text/event-stream', version: '1.0', token }
  return transport === 'HTTP+JSON'
    ? httpPost({ ...post, path: `${pathname}/message:stream` }, JSON.stringify(params))
    : httpPost(
        { ...post, path: pathname },
        JSON.stringify({ jsonrpc: '2.0', id, method: 'SendStreamingMessage', params }),
      )
}
