import { type ErrorCode, errorCodes } from '@codetether/protocol/errors'
import { restPaths } from '@codetether/server/a2a/rest/rest-paths'
import type { RpcBody } from '../platform.ts'
import { grpcDoor } from './grpc/door.ts'
import { openEvents, openStream, type Stream } from './sse.ts'
import { type Answer, exchange, json, post } from './support.ts'

export type Version = '0.3' | '1.0'

/** A call of a method, by its name in JSON-RPC and with the params that the binding takes. */
export interface DoorCall {
  version: Version
  method: string
  params: Readonly<Record<string, unknown>>
  headers: Record<string, string>
}

/** A way into the server. */
export interface Door {
  name: string
  /** Has the proto of v0.3 in place of its JSON-RPC. */
  speaksProto: boolean
  /** Its requests are JSON: what is of a wrong type can be sent. */
  takesAnyType: boolean
  /** The methods of JSON-RPC that it has. */
  has(version: Version, method: string): boolean
  call(url: string, call: DoorCall): Promise<Answer>
  /** What a refusal travels as beside its ErrorInfo; null where that depends on more than the error. */
  statusOf(code: ErrorCode): number | null
  /** The google.rpc.ErrorInfo of a refusal. */
  infoOf(answer: Answer, version: Version): RpcBody
  /** The fields that google.rpc.BadRequest of a refusal names, and what it says of each. */
  violationsOf(answer: Answer, version: Version): { field: string; description: string }[]
  /** The result of a call; over gRPC only in v1.0. */
  resultOf(answer: Answer): RpcBody
  /** Opens the stream of a method of v1.0 that is answered with one. */
  follow(url: string, call: DoorCall): Promise<DoorStream>
}

/** The frames of a task. */
export interface DoorStream {
  headers: Headers
  /** The next frame, or null when the stream ended cleanly. Rejects when it was broken off. */
  next(): Promise<RpcBody>
  /** All frames to the clean end. */
  rest(): Promise<RpcBody[]>
  /** Breaks the connection off. */
  leave(): void
}

/** What the frames of a stream of events carry. */
const carried = ({ response, next, rest, leave }: Stream, read: (body: RpcBody) => RpcBody): DoorStream => ({
  headers: response.headers,
  next: async () => {
    const frame = await next()
    return frame && read(frame.body)
  },
  rest: async () => (await rest()).map(({ body }) => read(body)),
  leave,
})

const violationsIn = (details: RpcBody[] = []): RpcBody => details[1]?.fieldViolations ?? []

const routeOf = (version: Version, method: string, base = '/a2a/rest') =>
  restPaths.find(row => row.version === version && row.route.method === method && row.path.startsWith(base))

/** A request for a path of the binding: fields that stand in the path go there, others into the query or the body. */
function restRequest(url: string, { version, method, params, headers }: DoorCall): [url: string, request: RequestInit] {
  const found = routeOf(version, method)
  if (!found) throw new Error(`${method} has no path in ${version}`)
  const rest = new Map(Object.entries(params))
  const path = found.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = encodeURIComponent(String(rest.get(name)))
    rest.delete(name)
    return value
  })
  const { verb, query: taken = {} } = found.route
  if (verb === 'POST')
    return [
      `${url}${path}`,
      { method: verb, headers: { ...json, ...headers }, body: JSON.stringify(Object.fromEntries(rest)) },
    ]
  const asked = [...rest]
    .filter(([name, value]) => name in taken && value !== undefined)
    .map(([name, value]) => [name, String(value)])
  const query = new URLSearchParams(Object.fromEntries(asked))
  return [`${url}${path}?${query}`, { method: verb, headers }]
}

export const rpcDoor: Door = {
  name: 'JSON-RPC',
  speaksProto: false,
  takesAnyType: true,
  has: () => true,
  call: (url, { method, params, headers }) =>
    post(url, { jsonrpc: '2.0', id: 1, method, params }, { ...json, ...headers }),
  statusOf: () => null,
  infoOf: ({ body }) => body?.error?.data?.[0],
  violationsOf: ({ body }) => violationsIn(body.error.data),
  resultOf: ({ body }) => body?.result,
  follow: async (url, { method, params, headers }) =>
    carried(await openStream(url, { method, params }, headers), body => body.result),
}

const restDoor: Door = {
  name: 'HTTP+JSON',
  speaksProto: true,
  takesAnyType: true,
  has: (version, method) => routeOf(version, method) !== undefined,
  call: (url, call) => exchange(...restRequest(url, call)),
  statusOf: code => errorCodes[code].http,
  infoOf: ({ body }, version) => (version === '0.3' ? body?.data?.[0] : body?.error?.details?.[0]),
  violationsOf: ({ body }, version) => violationsIn(version === '0.3' ? body.data : body.error.details),
  // A path whose answer has no body has an empty result.
  resultOf: ({ status, body }) => (status === 204 ? {} : status === 200 ? body : undefined),
  follow: async (url, call) => carried(await openEvents(...restRequest(url, call)), body => body),
}

/** The doors with the same methods behind them. */
export const doors: readonly Door[] = [rpcDoor, restDoor, grpcDoor]
