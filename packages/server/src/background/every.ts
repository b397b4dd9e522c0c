import type { Context } from '../context.ts'

/** Runs a job now and then again and again, never twice at once. A failure is logged; the next round tries again. */
export function every(ctx: Context, name: string, periodMs: number, job: () => Promise<unknown>): AsyncDisposable {
  let running = Promise.resolve()
  let busy = false
  const run = () => {
    if (busy) return
    busy = true
    running = job()
      .then(
        () => undefined,
        (error: unknown) => ctx.log.error({ err: error, job: name }, 'background job failed'),
      )
      .finally(() => {
        busy = false
      })
  }
  const timer = setInterval(run, periodMs)
  run()
  return {
    [Symbol.asyncDispose]() {
      clearInterval(timer)
      return running
    },
  }
}
