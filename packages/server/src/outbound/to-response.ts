import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

/** Statuses whose answers have no body. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304])

/** An answer as `fetch` gives it: its head, and the body as it comes. Cancelling the body ends the connection. */
export function toResponse(incoming: IncomingMessage, url: string): Response {
  const { statusCode = 0, headersDistinct } = incoming
  // Whoever answers with another status speaks no HTTP.
  if (statusCode < 200 || statusCode > 599) {
    incoming.destroy()
    throw new Error(`the status ${statusCode} does not exist`)
  }
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  if (bodiless.has(statusCode)) incoming.resume()
  const body = bodiless.has(statusCode) ? null : Readable.toWeb(incoming)
  // A Response that is made by hand has no address.
  return Object.defineProperty(new Response(body, { status: statusCode, headers }), 'url', { value: url })
}
