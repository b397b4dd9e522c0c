import { type Fields, fieldsOf, numberIn, textIn } from './shape.ts'

/** Answers one request of the parent with an object that JSON can carry. */
export type Handler = (params: Fields) => Promise<object>

/**
 * The child's side of `Child`: answers requests until the parent asks to stop or is gone. Signals are the parent's
 * business: Ctrl-C reaches the whole process group, and only the parent knows the order to end in.
 */
export function answer(handlers: Readonly<Record<string, Handler>>, stop: () => Promise<void>): void {
  const ignore = () => {}
  process.on('SIGINT', ignore).on('SIGTERM', ignore)
  process.on('message', (message: unknown) => void reply(handlers, message))
  process.once('disconnect', () => {
    process.removeAllListeners('message')
    stop().catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exitCode = 1
    })
  })
}

async function reply(handlers: Readonly<Record<string, Handler>>, message: unknown): Promise<void> {
  const request = fieldsOf(message)
  const id = numberIn(request, 'id')
  try {
    const handler = handlers[textIn(request, 'method')]
    if (handler === undefined) throw new Error(`no method ${textIn(request, 'method')}`)
    process.send?.({ id, value: await handler(fieldsOf(request.params)) })
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}
