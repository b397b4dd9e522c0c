/** A process with this id exists. */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * The address of the server that runs on this data directory, if one does. Only this machine is believed in: a file
 * that came with somebody else's directory must not send calls, and the token with them, anywhere else.
 */
export const findLocalServer = async (dataDir: string): Promise<string | undefined> => {
  const { readRuntime } = await import('@codetether/server/db/embedded/runtime-file')
  const runtime = await readRuntime(dataDir)
  const url = runtime === null ? null : URL.parse(runtime.url)
  if (runtime === null || url === null || !isRunning(runtime.pid)) return undefined
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1'
  return ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname) ? url.origin : undefined
}
