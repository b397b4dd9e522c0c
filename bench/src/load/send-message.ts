import { fieldsOf } from '../child/shape.ts'
import type { Transport } from '../transport.ts'
import { answerJson, requestMessage } from './grpc/messages.ts'
import { httpPost } from './http-post.ts'
import { FIRST_ID, firstMessageId, requestId, sequenced, TEXT } from './requests.ts'
import { inspectAnswer } from './verify-answer.ts'
import type { Requests } from './workload.ts'

const VERSION = '1.0'

/** SendMessage of v1.0 to the echo agent. Every answer is decoded and read. */
export function sendMessages(transport: Transport, url: string, run: string): Requests {
  const { host, pathname } = new URL(url)
  const messageId = firstMessageId(run)
  const message = JSON.stringify({ message: { messageId, role: 'ROLE_USER', parts: [{ text: TEXT }] } })
  const post = (path: string, body: string) => sequenced(httpPost({ host, path, version: VERSION }, body))
  switch (transport) {
    case 'JSON-RPC':
      return {
        write: post(pathname, `{"jsonrpc":"2.0","id":${FIRST_ID},"method":"SendMessage","params":${message}}`),
        check: checker((body, sequence) => {
          const { id, result } = fieldsOf(JSON.parse(body.toString()))
          if (id !== requestId(sequence)) throw new Error(`answers request ${String(id)}, not ${requestId(sequence)}`)
          return result
        }),
      }
    case 'HTTP+JSON':
      return { write: post(`${pathname}/message:send`, message), check: checker(body => JSON.parse(body.toString())) }
    case 'gRPC':
      return { write: sequenced(requestMessage(messageId, TEXT)), check: checker(answerJson) }
  }
}

/** What is wrong with an answer, in words. */
const checker =
  (resultOf: (body: Buffer, sequence: number) => unknown): Requests['check'] =>
  (sequence, status, body) => {
    const shown = () => body.toString('utf8', 0, 300)
    if (status !== 200) return `status ${status}: ${shown()}`
    try {
      const fault = inspectAnswer(resultOf(body, sequence))
      return fault === null ? null : `${fault}: ${shown()}`
    } catch (error) {
      return `${String(error)}: ${shown()}`
    }
  }
