import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Permission } from '@codetether/server/principal'
import type { FastifyInstance } from 'fastify'

export interface SeenRoute {
  method: string
  /** A path that leads to it. */
  url: string
  permission: Permission | undefined
  jsonRpc: boolean
  /** The version of the HTTP+JSON binding to which it belongs. */
  rest: '0.3' | '1.0' | undefined
}

/** Lets `look` see every Fastify instance that is made while `run` runs, before it has a route. */
export async function watchApps<T>(look: (app: FastifyInstance) => void, run: () => Promise<T>): Promise<T> {
  const seen = (message: unknown) => look((message as { fastify: FastifyInstance }).fastify)
  subscribe('fastify.initialization', seen)
  try {
    return await run()
  } finally {
    unsubscribe('fastify.initialization', seen)
  }
}

/** Collects the routes of the server that `run` starts, as they are declared. */
export async function withRoutes<T>(run: () => Promise<T>): Promise<{ started: T; routes: SeenRoute[] }> {
  const routes: SeenRoute[] = []
  const collect = (app: FastifyInstance) =>
    app.addHook('onRoute', ({ method, url, config }) => {
      for (const verb of [method].flat())
        routes.push({
          method: verb,
          url: (config?.path ?? url).replace(/\{\w+\}/g, 'x'),
          permission: config?.permission,
          jsonRpc: config?.jsonRpc === true,
          rest: config?.rest,
        })
    })
  const started = await watchApps(collect, run)
  return { started, routes }
}
