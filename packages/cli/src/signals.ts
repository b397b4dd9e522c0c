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

/**
 * Aborts its signal with the second SIGINT or SIGTERM, for commands that end in good order then too. A third one ends the process:
 * the second is told twice, because `abortOnSignals` sends it again.
 */
export const againSignal = (first: AbortSignal): Disposable & { signal: AbortSignal } => {
  const controller = new AbortController()
  let heard = 0
  const hear = (signal: 'SIGINT' | 'SIGTERM'): void => {
    if (!first.aborted) return
    heard += 1
    if (heard === 2) controller.abort()
    if (heard <= 3) return
    dispose()
    process.kill(process.pid, signal)
  }
  const dispose = (): void => {
    process.removeListener('SIGINT', hear)
    process.removeListener('SIGTERM', hear)
  }
  process.on('SIGINT', hear)
  process.on('SIGTERM', hear)
  return { signal: controller.signal, [Symbol.dispose]: dispose }
}
