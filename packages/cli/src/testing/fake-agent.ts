import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

/** One request as an agent sees it. */
export interface AgentCall {
  method: string
  params: {
    id?: string
    message?: { parts: { text?: string }[]; taskId?: string; contextId?: string; metadata?: object }
  }
  authorization: string | undefined
  apiKey: string | undefined
  lastEventId: string | undefined
}

/** Answers one call: a result, or an error with a number, or events for a stream. */
export type Answer =
  | { result: unknown }
  | { error: { code: number; message: string; data?: unknown }; status?: number }
  | { events: readonly unknown[]; stayOpen?: boolean }
  | { body: string; type: string }

const write = (response: ServerResponse, answer: Answer): void => {
  const envelope = { jsonrpc: '2.0', id: 1 }
  if ('events' in answer) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const [index, result] of answer.events.entries())
      response.write(`id: ${index + 1}\ndata: ${JSON.stringify({ ...envelope, result })}\n\n`)
    if (answer.stayOpen !== true) response.end()
    return
  }
  if ('body' in answer) {
    response.writeHead(200, { 'content-type': answer.type })
    return void response.end(answer.body)
  }
  const status = 'error' in answer ? (answer.status ?? 200) : 200
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ ...envelope, ...answer }))
}

const toCall = async (request: IncomingMessage): Promise<AgentCall> => {
  const { method, params } = JSON.parse(await text(request))
  const { authorization, 'last-event-id': lastEventId, 'x-api-key': apiKey } = request.headers
  return { method, params, authorization, apiKey: apiKey?.toString(), lastEventId: lastEventId?.toString() }
}

/** A small A2A agent without a card, for tests of a client. Disposing it cuts what is open. */
export const startFakeAgent = async (answer: (call: AgentCall) => Answer | Promise<Answer>) => {
  const calls: AgentCall[] = []
  const server = createServer(async (request, response) => {
    if (request.method !== 'POST') return void response.writeHead(404).end()
    const call = await toCall(request)
    calls.push(call)
    write(response, await answer(call))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    calls,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A task as such an agent shows it. */
export const fakeTask = (state: string, words = '') => ({
  kind: 'task',
  id: 't1',
  contextId: 'c1',
  status: {
    state,
    timestamp: '2026-01-02T03:04:05.678Z',
    ...(words === ''
      ? {}
      : { message: { kind: 'message', messageId: 'm1', role: 'agent', parts: [{ kind: 'text', text: words }] } }),
  },
})

export const fakeStatus = (state: string, final = false) => ({
  kind: 'status-update',
  taskId: 't1',
  contextId: 'c1',
  status: { state },
  final,
})

export const fakeArtifact = (words: string, append = false) => ({
  kind: 'artifact-update',
  taskId: 't1',
  contextId: 'c1',
  artifact: { artifactId: 'a1', parts: [{ kind: 'text', text: words }] },
  append,
})
