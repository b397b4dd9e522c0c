import type { Socket } from 'node:net'
import { PlatformError } from '@codetether/protocol/errors'
import { presentHttpError } from '../present/error.ts'
import { isPatient } from '../slow-bodies.ts'

/** What Node's parser refuses before there is a request. */
function toPlatformError(code: string | undefined): PlatformError {
  if (code === 'HPE_HEADER_OVERFLOW') return new PlatformError('HEADERS_TOO_LARGE', 'the headers are too large')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new PlatformError('REQUEST_TIMEOUT', 'the request came too slowly')
  return new PlatformError('INVALID_REQUEST', 'this is not an HTTP request')
}

/** Answers bytes that are no request, or do not become one in time, and closes the connection. */
export function answerClientError({ code }: Error & { code?: string }, socket: Socket): void {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT' && isPatient(socket)) return
  // After a reset there is nobody to answer.
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const error = toPlatformError(code)
  const body = JSON.stringify(presentHttpError(error))
  socket.end(
    `HTTP/1.1 ${error.httpStatus} ${error.code}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
