import { Interruption } from './interruption.ts'

/**
 * Turns the first SIGINT or SIGTERM into an abort of the controller, with an Interruption. A second one ends the
 * process at once, as if nobody listened. Disposing takes the listeners away.
 */
export const abortOnSignals = (controller: AbortController): Disposable => {
  const stop = (signal: 'SIGINT' | 'SIGTERM'): void => {
    if (controller.signal.aborted) {
      dispose()
      process.kill(process.pid, signal)
    } else controller.abort(new Interruption(signal))
  }
  const dispose = (): void => {
    process.removeListener('SIGINT', stop)
    process.removeListener('SIGTERM', stop)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return { [Symbol.dispose]: dispose }
}
