import { type ErrorCode, errorCodes } from '@codetether/protocol/errors'
import { restPaths } from '@codetether/server/a2a/rest/rest-paths'
import type { RpcBody } from '../platform.ts'
import { grpcDoor } from './grpc/door.ts'
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
  /** The methods of JSON-RPC that it has. */
  has(version: Version, method: string): boolean
  call(url: string, call: DoorCall): Promise<Answer>
  /** What a refusal travels as beside its ErrorInfo; null where that depends on more than the error. */
  statusOf(code: ErrorCode): number | null
  /** The google.rpc.ErrorInfo of a refusal. */
  infoOf(answer: Answer, version: Version): RpcBody
}

const routeOf = (version: Version, method: string, base = '/a2a/rest') =>
  restPaths.find(row => row.version === version && row.route.method === method && row.path.startsWith(base))

/** A request for a path of the binding: fields that stand in the path go there, others into the query or the body. */
async function callRest(url: string, { version, method, params, headers }: DoorCall): Promise<Answer> {
  const found = routeOf(version, method)
  if (!found) throw new Error(`${method} has no path in ${version}`)
  const rest = new Map(Object.entries(params))
  const path = found.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = encodeURIComponent(String(rest.get(name)))
    rest.delete(name)
    return value
  })
  const { verb, query: taken = {} } = found.route
  if (verb === 'POST') return post(`${url}${path}`, Object.fromEntries(rest), headers)
  const asked = [...rest].filter(([name]) => name in taken).map(([name, value]) => [name, String(value)])
  const query = new URLSearchParams(Object.fromEntries(asked))
  return exchange(`${url}${path}?${query}`, { method: verb, headers })
}

/** The doors with the same methods behind them. */
export const doors: readonly Door[] = [
  {
    name: 'JSON-RPC',
    speaksProto: false,
    has: () => true,
    call: (url, { method, params, headers }) =>
      post(url, { jsonrpc: '2.0', id: 1, method, params }, { ...json, ...headers }),
    statusOf: () => null,
    infoOf: ({ body }) => body?.error?.data?.[0],
  },
  {
    name: 'HTTP+JSON',
    speaksProto: true,
    has: (version, method) => routeOf(version, method) !== undefined,
    call: callRest,
    statusOf: code => errorCodes[code].http,
    infoOf: ({ body }, version) => (version === '0.3' ? body?.data?.[0] : body?.error?.details?.[0]),
  },
  grpcDoor,
]
