import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AgentCard, type AgentInterface, type Part, TaskState } from '@a2a-js/sdk'
import { duplicateInterfacesForLegacy } from '@a2a-js/sdk/compat/v0_3'
import { AgentEvent, type AgentExecutor, DefaultRequestHandler, InMemoryTaskStore } from '@a2a-js/sdk/server'
import { agentCardHandler, jsonRpcHandler, restHandler, UserBuilder } from '@a2a-js/sdk/server/express'
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
  supportedInterfaces: duplicateInterfacesForLegacy(interfaces, ['JSONRPC', 'HTTP+JSON']),
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

/** The official SDK's server as its README sets it up: both versions, JSON-RPC below /rpc and HTTP+JSON below /rest. */
export async function startSdkAgent(): Promise<AsyncDisposable & { url: string }> {
  const app = express()
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  const url = `http://127.0.0.1:${address.port}`
  const at = (path: string, protocolBinding: string) => ({
    ...{ url: `${url}${path}`, protocolBinding, protocolVersion: '1.0', tenant: '' },
  })
  const card = cardOf([at('/rpc', 'JSONRPC'), at('/rest', 'HTTP+JSON')])
  const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), executor)
  const options = { requestHandler, userBuilder: UserBuilder.noAuthentication, legacyCompat: { enabled: true } }
  app.use(
    '/.well-known/agent-card.json',
    agentCardHandler({ agentCardProvider: requestHandler, legacyCompat: { enabled: true } }),
  )
  app.use('/rpc', jsonRpcHandler(options))
  app.use('/rest', restHandler(options))
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server.close(), 'close')
      server.closeAllConnections()
      await closed
    },
  }
}
