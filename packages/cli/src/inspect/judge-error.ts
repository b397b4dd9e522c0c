import type { Endpoint } from '@codetether/client/endpoint'
import { fromErrorBody } from '@codetether/client/error-body'
import { SseParser } from '@codetether/client/sse'
import { z } from 'zod'
import type { Answer } from './ask.ts'
import type { ExpectedError } from './errors-expected.ts'
import { excerpt, fail, ok, skip, type Verdict, warn } from './finding.ts'

const Envelope = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number(), z.null()]),
  error: z.looseObject({ code: z.int(), message: z.string(), data: z.unknown().optional() }),
})

const Status = z.looseObject({ error: z.looseObject({ message: z.string(), details: z.unknown().optional() }) })

const ErrorInfo = z.looseObject({
  '@type': z.literal('type.googleapis.com/google.rpc.ErrorInfo'),
  reason: z.string(),
  domain: z.string(),
})

/** The reason that google.rpc.ErrorInfo names. */
export const reasonIn = (details: unknown): string | undefined => {
  for (const detail of Array.isArray(details) ? details : []) {
    const { data } = ErrorInfo.safeParse(detail)
    if (data !== undefined) return data.reason
  }
  return undefined
}

/** What is in the answer, or in the first event of one that is a stream. */
const bodyOf = ({ contentType, json, text }: Answer): unknown => {
  if (contentType !== 'text/event-stream') return json
  const [event] = new SseParser().push(new TextEncoder().encode(`${text}\n\n`))
  try {
    return JSON.parse(event?.data ?? '')
  } catch {
    return undefined
  }
}

/** The server wants to know who asks: nothing was found out. */
const refusal = ({ status, headers }: Answer): Verdict | undefined => {
  if (status === 403) return skip('HTTP 403: these credentials do not suffice')
  if (status !== 401) return undefined
  const challenge = headers.get('www-authenticate')
  return challenge === null
    ? warn('HTTP 401 without WWW-Authenticate; nothing more was looked at')
    : skip(`HTTP 401: asks for credentials, ${excerpt(challenge, 60)}`)
}

interface Judged {
  endpoint: Endpoint
  answer: Answer
  want: ExpectedError
  /** The id of the request; null where the server could not read one. */
  id: string | null
}

const judgeRpc = ({ endpoint, answer, want, id }: Judged): Verdict => {
  const { data: envelope } = Envelope.safeParse(bodyOf(answer))
  if (envelope === undefined)
    return fail(`HTTP ${answer.status}, no error of JSON-RPC: ${excerpt(answer.text, 80) || 'an empty body'}`)
  const { code, message, data } = envelope.error
  const seen = `${code} ${excerpt(message, 60)}`
  if (code !== want.code) return fail(`${seen}, and not ${want.code}`)
  if (envelope.id !== id) return fail(`${seen}, for the id ${excerpt(JSON.stringify(envelope.id), 60)}`)
  const isSilent = endpoint.version === '1.0' && want.reason !== undefined && reasonIn(data) !== want.reason
  return isSilent ? warn(`${seen}, without ErrorInfo of the reason ${want.reason} (§9.5)`) : ok(seen)
}

const judgeHttp = ({ endpoint, answer, want }: Judged): Verdict => {
  const body = bodyOf(answer)
  const error = fromErrorBody(body, { httpStatus: answer.status })
  const seen = `HTTP ${answer.status} ${excerpt(error?.message ?? answer.text, 60)}`.trim()
  const inStream = answer.contentType === 'text/event-stream' && error?.code === want.code
  if (!want.http.includes(answer.status) && !inStream) return fail(`${seen}, and not ${want.http.join(' or ')}`)
  if (error === undefined) return warn(`${seen}, which tells nothing in JSON`)
  if (endpoint.version !== '1.0' || want.reason === undefined) return ok(seen)
  const { data } = Status.safeParse(body)
  if (data === undefined) return fail(`${seen}, whose body is no google.rpc.Status (§11.6)`)
  const reason = reasonIn(data.error.details)
  return reason === want.reason
    ? ok(seen)
    : fail(`${seen}, with ${reason ?? 'no ErrorInfo'} for the reason ${want.reason} (§11.6)`)
}

/** Is the answer the error that it has to be, with the code and in the shape of its version and transport? */
export const judgeError = (judged: Judged): Verdict =>
  refusal(judged.answer) ?? (judged.endpoint.transport === 'JSONRPC' ? judgeRpc(judged) : judgeHttp(judged))

/** For answers that are no errors: those that say that nobody may look. */
export const judgeRefusal = refusal
