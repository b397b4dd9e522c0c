import { SendMessageRequest, SendMessageResponse, StreamResponse } from '@a2a-js/sdk'
import { A2AService } from '@a2a-js/sdk/server/grpc'

/** Whether it is compressed, and its length. */
export const PREFIX_BYTES = 5

export const paths = { send: A2AService.sendMessage.path, stream: A2AService.sendStreamingMessage.path } as const

/** The length of a message with its prefix, for a cutter. */
export const messageLength = (data: Buffer): number | null =>
  data.length < PREFIX_BYTES ? null : PREFIX_BYTES + data.readUInt32BE(1)

/** A request with one text, prefix included, one character for each byte. */
export function requestMessage(messageId: string, text: string): string {
  const request = SendMessageRequest.fromJSON({ message: { messageId, role: 'ROLE_USER', parts: [{ text }] } })
  const message = A2AService.sendMessage.requestSerialize(request)
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message]).toString('latin1')
}

/** An answer as the other transports of v1.0 write it. */
export const answerJson = (message: Buffer): unknown =>
  SendMessageResponse.toJSON(A2AService.sendMessage.responseDeserialize(message))

/** The same of one frame of a stream. */
export const frameJson = (message: Buffer): string =>
  JSON.stringify(StreamResponse.toJSON(A2AService.sendStreamingMessage.responseDeserialize(message)))
