import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'

/** A request as the agent sees it. */
export interface ModelRequest {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export interface ModelAnswer {
  status?: number
  headers?: Record<string, string>
  body: string
  /** What happens behind the body; default `end`. */
  behind?: 'end' | 'stay' | 'reset'
}

/** Undefined leaves the request to the agent as it should be; null never answers it, and `reset` breaks the connection. */
export type Fault = (request: ModelRequest, url: string) => ModelAnswer | 'reset' | null | undefined

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): ModelAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
})

export const modelCard = (url: string) => ({
  ...{ name: 'Model', description: 'Does everything right', version: '1.0.0' },
  supportedInterfaces: [
    { url: `${url}/rpc`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
    { url: `${url}/rest`, protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' },
  ],
  capabilities: { streaming: true, pushNotifications: false },
  ...{ defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'] },
  skills: [{ id: 'model', name: 'Model', description: 'Is right', tags: ['demo'] }],
})

const errors = {
  [-32700]: [400, 'JSON_PARSE'],
  [-32601]: [404, 'METHOD_NOT_FOUND'],
  [-32602]: [400, 'INVALID_PARAMS'],
  [-32001]: [404, 'TASK_NOT_FOUND'],
  [-32003]: [400, 'PUSH_NOTIFICATION_NOT_SUPPORTED'],
  [-32009]: [400, 'VERSION_NOT_SUPPORTED'],
} as const

type Code = keyof typeof errors

const infoOf = (code: Code) => [
  {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    ...{ reason: errors[code][1], domain: 'a2a-protocol.org', metadata: {} },
  },
]

export const rpcError = (code: Code, id: unknown): ModelAnswer =>
  json({ jsonrpc: '2.0', id, error: { code, message: `error ${code}`, data: infoOf(code) } })

const httpError = (code: Code): ModelAnswer => {
  const [status] = errors[code]
  return json({ error: { code: status, status: 'ERROR', message: `error ${code}`, details: infoOf(code) } }, status)
}

const emptyList = { tasks: [], nextPageToken: '', pageSize: 1, totalSize: 0 }
const task = { id: 't1', contextId: 'c1', status: { state: 'TASK_STATE_COMPLETED', timestamp: '2026-01-02T03:04:05Z' } }
const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
export const stream = (...frames: unknown[]): ModelAnswer => ({
  headers: { 'content-type': 'text/event-stream' },
  body: frames.map(frame).join(''),
})

const parsed = (body: string) => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const answerRpc = ({ headers, body }: ModelRequest): ModelAnswer => {
  const call = parsed(body)
  if (call === undefined) return rpcError(-32700, null)
  const { id, method, params } = call
  const result = (value: unknown) => ({ jsonrpc: '2.0', id, result: value })
  if (headers['a2a-version'] !== '1.0') return rpcError(-32009, id)
  if (method === 'ListTasks') return params.pageToken ? rpcError(-32602, id) : json(result(emptyList))
  if (method === 'SendStreamingMessage') return stream(result({ task }))
  if (method === 'GetTaskPushNotificationConfig') return rpcError(-32003, id)
  if (method !== 'GetTask' && method !== 'SubscribeToTask') return rpcError(-32601, id)
  if (params?.id === undefined) return rpcError(-32602, id)
  return params.id === 't1' ? json(result(task)) : rpcError(-32001, id)
}

const answerRest = ({ path, headers, body }: ModelRequest): ModelAnswer => {
  if (headers['a2a-version'] !== '1.0') return httpError(-32009)
  if (path.startsWith('/rest/tasks?')) return path.includes('pageToken') ? httpError(-32602) : json(emptyList)
  if (path === '/rest/tasks/t1') return json(task)
  if (path.includes('/pushNotificationConfigs/')) return httpError(-32003)
  if (path.startsWith('/rest/tasks/')) return httpError(-32001)
  if (!path.startsWith('/rest/message:')) return httpError(-32601)
  return parsed(body) === undefined ? httpError(-32700) : stream({ task })
}

const answer = (request: ModelRequest, url: string): ModelAnswer => {
  if (request.path === '/rpc') return answerRpc(request)
  if (request.path.startsWith('/rest/')) return answerRest(request)
  const headers = { 'cache-control': 'max-age=60', etag: '"1"' }
  return request.path === '/.well-known/agent-card.json' ? json(modelCard(url), 200, headers) : json({}, 404)
}

/** An agent of v1.0 over both transports that does what the specification says, except for one fault. */
export const startModelAgent = async (fault: Fault = () => undefined) => {
  const requests: ModelRequest[] = []
  let url = ''
  const server = createServer(async (incoming, response) => {
    const { url: path = '/', headers } = incoming
    const request = { path, headers, body: await text(incoming) }
    requests.push(request)
    const wrong = fault(request, url)
    if (wrong === null) return
    if (wrong === 'reset') return void response.destroy()
    const { status = 200, headers: own = {}, body, behind = 'end' } = wrong ?? answer(request, url)
    response.writeHead(status, own)
    response.write(body, () => {
      if (behind === 'end') response.end()
      if (behind === 'reset') response.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  return {
    ...{ requests, url },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
