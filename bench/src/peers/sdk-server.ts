import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AgentCard } from '@a2a-js/sdk'
import { type AgentExecutor, DefaultRequestHandler, type TaskStore } from '@a2a-js/sdk/server'
import { jsonRpcHandler, UserBuilder } from '@a2a-js/sdk/server/express'
import express from 'express'
import type { PeerServer } from './peer.ts'

const card: AgentCard = {
  ...{ name: 'Echo', description: 'Echoes', version: '1.0.0', provider: undefined, iconUrl: undefined },
  supportedInterfaces: ['1.0', '0.3'].map(protocolVersion => ({
    ...{ url: 'http://127.0.0.1/', protocolBinding: 'JSONRPC', protocolVersion, tenant: '' },
  })),
  capabilities: { streaming: true, pushNotifications: false, extendedAgentCard: false, extensions: [] },
  ...{ defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'], skills: [], signatures: [] },
  ...{ securitySchemes: {}, securityRequirements: [] },
}

/** The official SDK as its README sets it up: Express, the default request handler, v0.3 enabled. */
export async function startSdkServer(store: TaskStore, executor: AgentExecutor): Promise<PeerServer> {
  const requestHandler = new DefaultRequestHandler(card, store, executor)
  const app = express()
  app.use(
    jsonRpcHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication, legacyCompat: { enabled: true } }),
  )
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server.close(), 'close')
      server.closeAllConnections()
      await closed
    },
  }
}
