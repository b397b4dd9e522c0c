import { A2aClient } from '@codetether/client/a2a-client'
import type { Config } from '@codetether/server/config/config'
import type { Runtime } from '@codetether/server/db/embedded/runtime-file'
import { isPortFree } from '../first-free-port.ts'
import { explainListenError } from '../start-failure.ts'
import type { Finding } from './check.ts'

const patienceMs = 2_000

const healthOf = async (url: string): Promise<string | undefined> => {
  const answer = A2aClient.atEndpoint(url).health({ timeoutMs: patienceMs })
  return await answer.then(
    ({ status }) => status,
    () => undefined,
  )
}

/** The port of the settings: free, or held by the server of this data directory. */
export const checkPort = async ({ http }: Config, runtime: Runtime | null): Promise<Finding> => {
  const status = runtime === null ? undefined : await healthOf(runtime.url)
  if (runtime !== null && status !== undefined)
    return { status: 'ok', detail: `the server of this directory answers at ${runtime.url} (${status})` }
  if (http.port === 0) return { status: 'ok', detail: 'any free port is taken' }
  const isFree = await isPortFree(http.host, http.port).catch((error: unknown) => {
    throw explainListenError(error, http)
  })
  if (isFree) return { status: 'ok', detail: `${http.host}:${http.port} is free` }
  const host = http.host.includes(':') ? `[${http.host}]` : http.host
  const other = (await healthOf(`http://${host}:${http.port}`)) === undefined ? 'another program' : 'another server'
  return {
    status: 'fail',
    detail: `port ${http.port} is in use by ${other}`,
    hint: `stop it, or take another port: codetether serve --port ${http.port + 1}`,
  }
}
