import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AgentCard } from '@a2a-js/sdk'
import { type A2ARequestHandler, type AgentExecutor, DefaultRequestHandler, type TaskStore } from '@a2a-js/sdk/server'
import { jsonRpcHandler, restHandler, UserBuilder } from '@a2a-js/sdk/server/express'
import { A2AService, UserBuilder as GrpcUserBuilder, grpcService } from '@a2a-js/sdk/server/grpc'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import express from 'express'
import type { PeerServer } from './peer.ts'

const REST_PATH = '/rest'

const card: AgentCard = {
  ...{ name: 'Echo', description: 'Echoes', version: '1.0.0', provider: undefined, iconUrl: undefined },
  supportedInterfaces: [
    { protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
    { protocolBinding: 'JSONRPC', protocolVersion: '0.3' },
    { protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' },
    { protocolBinding: 'GRPC', protocolVersion: '1.0' },
  ].map(binding => ({ ...binding, url: 'http://127.0.0.1/', tenant: '' })),
  capabilities: { streaming: true, pushNotifications: false, extendedAgentCard: false, extensions: [] },
  ...{ defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'], skills: [], signatures: [] },
  ...{ securitySchemes: {}, securityRequirements: [] },
}

/** The official SDK as its README sets it up: Express, the default request handler, v0.3 enabled for JSON-RPC. */
export async function startSdkServer(
  store: TaskStore,
  executor: AgentExecutor,
  allDoors: boolean,
): Promise<PeerServer> {
  await using stack = new AsyncDisposableStack()
  const requestHandler = new DefaultRequestHandler(card, store, executor)
  const app = express()
  if (allDoors) app.use(REST_PATH, restHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication }))
  app.use(
    jsonRpcHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication, legacyCompat: { enabled: true } }),
  )
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  stack.defer(async () => {
    const closed = once(server.close(), 'close')
    server.closeAllConnections()
    await closed
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  const origin = `http://127.0.0.1:${address.port}`
  const url = `${origin}/`
  const doors = allDoors
    ? { 'JSON-RPC': url, 'HTTP+JSON': origin + REST_PATH, gRPC: await startGrpc(requestHandler, stack) }
    : null
  const owned = stack.move()
  return { url, doors, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function startGrpc(requestHandler: A2ARequestHandler, stack: AsyncDisposableStack): Promise<string> {
  const server = new Server()
  server.addService(A2AService, grpcService({ requestHandler, userBuilder: GrpcUserBuilder.noAuthentication }))
  stack.defer(() => server.forceShutdown())
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error === null ? resolve(port) : reject(error),
  )
  return `http://127.0.0.1:${await promise}`
}
