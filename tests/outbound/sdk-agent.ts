import { once } from 'node:events'
import { createServer } from 'node:http'
import { promisify } from 'node:util'
import { type AgentCard, type AgentInterface, type Part, TaskState } from '@a2a-js/sdk'
import { duplicateInterfacesForLegacy } from '@a2a-js/sdk/compat/v0_3'
import { LegacyA2AService, legacyGrpcService } from '@a2a-js/sdk/compat/v0_3/server/grpc'
import {
  type A2ARequestHandler,
  AgentEvent,
  type AgentExecutor,
  DefaultRequestHandler,
  InMemoryTaskStore,
} from '@a2a-js/sdk/server'
import { agentCardHandler, jsonRpcHandler, restHandler, UserBuilder } from '@a2a-js/sdk/server/express'
import { A2AService, UserBuilder as GrpcUserBuilder, grpcService } from '@a2a-js/sdk/server/grpc'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import express from 'express'

const partOf = (text: string): Part => ({
  content: { $case: 'text', value: text },
  ...{ metadata: undefined, filename: '', mediaType: 'text/plain' },
})

/** Answers a text with an artifact of two chunks; asks back when the text is a question mark. */
const executor: AgentExecutor = {
  execute({ taskId, contextId, userMessage, task }, bus) {
    const [part] = userMessage.parts
    const text = part?.content?.$case === 'text' ? part.content.value : ''
    const ids = { taskId, contextId, metadata: undefined }
    const status = (state: TaskState) => ({ state, message: undefined, timestamp: new Date().toISOString() })
    const header = { artifactId: 'echo', name: 'echo', description: '', metadata: undefined, extensions: [] }
    const chunk = (value: string, append: boolean) =>
      AgentEvent.artifactUpdate({
        ...{ ...ids, artifact: { ...header, parts: [partOf(value)] }, append, lastChunk: append },
      })
    const begun = { id: taskId, contextId, artifacts: [], history: [userMessage], metadata: undefined }
    if (task === undefined) bus.publish(AgentEvent.task({ ...begun, status: status(TaskState.TASK_STATE_SUBMITTED) }))
    bus.publish(AgentEvent.statusUpdate({ ...ids, status: status(TaskState.TASK_STATE_WORKING) }))
    if (text !== '?') for (const [index, value] of ['Echo: ', text].entries()) bus.publish(chunk(value, index > 0))
    const end = text === '?' ? TaskState.TASK_STATE_INPUT_REQUIRED : TaskState.TASK_STATE_COMPLETED
    bus.publish(AgentEvent.statusUpdate({ ...ids, status: status(end) }))
    return Promise.resolve()
  },
  cancelTask: () => Promise.resolve(),
}

const cardOf = (interfaces: AgentInterface[]): AgentCard => ({
  ...{ name: 'Peer', description: 'Repeats', version: '1.0.0', provider: undefined, iconUrl: undefined },
  supportedInterfaces: duplicateInterfacesForLegacy(interfaces, ['JSONRPC', 'HTTP+JSON', 'GRPC']),
  capabilities: { streaming: true, pushNotifications: false, extendedAgentCard: false, extensions: [] },
  skills: [
    {
      ...{ id: 'echo', name: 'Echo', description: 'Repeats', tags: ['demo'], examples: [] },
      ...{ inputModes: [], outputModes: [], securityRequirements: [] },
    },
  ],
  ...{ defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'], signatures: [] },
  ...{ securitySchemes: {}, securityRequirements: [] },
})

/** Binds a port for the services of both versions, which are added when the card is there. */
async function bindGrpc() {
  const server = new Server()
  const port = await promisify(server.bindAsync.bind(server))('127.0.0.1:0', ServerCredentials.createInsecure())
  return { server, address: `127.0.0.1:${port}` }
}

function addServices(server: Server, requestHandler: A2ARequestHandler): void {
  const options = { requestHandler, userBuilder: GrpcUserBuilder.noAuthentication }
  server.addService(A2AService, grpcService(options))
  server.addService(LegacyA2AService, legacyGrpcService(options))
}

/**
 * The official SDK's server as its README sets it up: both versions, JSON-RPC below /rpc, HTTP+JSON below /rest, and gRPC
 * on a port of its own.
 */
export async function startSdkAgent(): Promise<AsyncDisposable & { url: string; grpcUrl: string }> {
  const app = express()
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  const url = `http://127.0.0.1:${address.port}`
  const grpc = await bindGrpc()
  const at = (address: string, protocolBinding: string) => ({
    ...{ url: address, protocolBinding, protocolVersion: '1.0', tenant: '' },
  })
  const card = cardOf([at(`${url}/rpc`, 'JSONRPC'), at(`${url}/rest`, 'HTTP+JSON'), at(grpc.address, 'GRPC')])
  const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), executor)
  addServices(grpc.server, requestHandler)
  const options = { requestHandler, userBuilder: UserBuilder.noAuthentication, legacyCompat: { enabled: true } }
  app.use(
    '/.well-known/agent-card.json',
    agentCardHandler({ agentCardProvider: requestHandler, legacyCompat: { enabled: true } }),
  )
  app.use('/rpc', jsonRpcHandler(options))
  app.use('/rest', restHandler(options))
  return {
    url,
    grpcUrl: `http://${grpc.address}`,
    [Symbol.asyncDispose]: async () => {
      grpc.server.forceShutdown()
      const closed = once(server.close(), 'close')
      server.closeAllConnections()
      await closed
    },
  }
}
