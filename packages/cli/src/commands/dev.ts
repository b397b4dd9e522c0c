import type { LoadedConfig } from '@codetether/server/config/load-config'
import { firstFreePort } from '../first-free-port.ts'
import type { Io } from '../io.ts'
import { sampleCalls } from '../sample-calls.ts'
import type { ServeOptions } from '../serve-options.ts'
import { explainListenError } from '../start-failure.ts'
import { loadSettings, runServer } from './serve.ts'

/** A developer's server takes the next port rather than none; its own calls are printed with the one it took. */
const onFreePort = async (loaded: LoadedConfig, io: Io): Promise<LoadedConfig> => {
  const { http } = loaded.config
  const port = await firstFreePort(http.host, http.port).catch((error: unknown) => {
    throw explainListenError(error, http)
  })
  if (port === http.port) return loaded
  io.stderr.write(`port ${http.port} is in use, so this server takes ${port}\n`)
  return { ...loaded, config: { ...loaded.config, http: { ...http, port } } }
}

/** `codetether dev`: serve, with readable logs, on a free port, and with calls to try. */
export const dev = async (options: ServeOptions, io: Io): Promise<number> => {
  const loaded = await onFreePort(loadSettings({ logFormat: 'pretty', ...options }, io), io)
  return await runServer(loaded, { worker: '.', ...options, isDev: true }, io, ({ url }) => {
    io.stderr.write(
      sampleCalls({ url, authHeader: loaded.config.auth.enabled ? loaded.config.auth.header : undefined }),
    )
  })
}
