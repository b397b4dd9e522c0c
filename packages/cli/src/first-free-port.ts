import { once } from 'node:events'
import { createServer } from 'node:net'

/** Nobody listens there. */
export const isPortFree = async (host: string, port: number): Promise<boolean> => {
  const server = createServer()
  try {
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false
    throw error
  } finally {
    server.close()
  }
}

const attempts = 20

/** The port, or the next one above it that nobody listens on; the port itself if there is none near. 0 stays 0. */
export const firstFreePort = async (host: string, port: number): Promise<number> => {
  if (port === 0) return 0
  const last = Math.min(port + attempts, 65_535)
  for (let candidate = port; candidate <= last; candidate += 1) if (await isPortFree(host, candidate)) return candidate
  return port
}
