import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { SseParser } from '@codetether/client/sse'
import { Arrivals, type EventStream } from './arrivals.ts'
import { ChunkedResponse } from './chunked.ts'

/** One event stream over HTTP, on a connection of its own. */
export class Stream implements EventStream {
  readonly arrivals = new Arrivals()
  readonly #socket: Socket
  readonly #response = new ChunkedResponse()
  readonly #events = new SseParser()

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', chunk => this.#read(chunk))
    socket.once('error', error => this.#fail(error))
    socket.once('end', () => this.#fail(new Error('the server closed the connection')))
  }

  static async connect(host: string, port: number): Promise<Stream> {
    const socket = createConnection({ host, port, noDelay: true })
    await once(socket, 'connect')
    return new Stream(socket)
  }

  send(request: string): void {
    this.#socket.write(request, 'latin1')
  }

  close(): void {
    this.#socket.removeAllListeners('data').removeAllListeners('end').destroy()
  }

  #read(chunk: Buffer): void {
    try {
      for (const piece of this.#response.push(chunk)) {
        for (const { data } of this.#events.push(piece)) this.arrivals.push(data)
      }
      if (this.#response.ended) this.arrivals.complete()
      else this.arrivals.wake()
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #fail(error: Error): void {
    this.close()
    this.arrivals.fail(error)
  }
}
