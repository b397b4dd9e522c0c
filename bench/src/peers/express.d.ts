/** The part of Express that benchmarks and tests touch: Express itself ships no types. */
declare module 'express' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  namespace express {
    type RequestHandler = (
      request: IncomingMessage,
      response: ServerResponse,
      next: (error?: unknown) => void,
    ) => unknown

    interface Application {
      (request: IncomingMessage, response: ServerResponse): void
      use(handler: RequestHandler): this
      use(path: string, handler: RequestHandler): this
    }
  }

  function express(): express.Application

  export = express
}
