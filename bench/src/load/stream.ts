import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { SseParser } from '@codetether/client/sse'
import { ChunkedResponse } from './chunked.ts'

interface Waiting {
  readonly frames: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** One event stream on a connection of its own. Its frames are kept as they came: they are looked at when time is not counted. */
export class Stream {
  readonly frames: string[] = []
  readonly #socket: Socket
  readonly #response = new ChunkedResponse()
  readonly #events = new SseParser()
  #waiting: Waiting | null = null
  #failure: Error | null = null

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

  /** The response is complete. */
  get ended(): boolean {
    return this.#response.ended
  }

  send(request: string): void {
    this.#socket.write(request, 'latin1')
  }

  /** Resolves when so many frames have come, or all there are. Only one may wait. Rejects when the connection breaks. */
  reach(frames: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting = { frames, resolve, reject }
    this.#wake()
    return promise
  }

  close(): void {
    this.#socket.removeAllListeners('data').removeAllListeners('end').destroy()
  }

  #read(chunk: Buffer): void {
    try {
      for (const piece of this.#response.push(chunk)) {
        for (const { data } of this.#events.push(piece)) this.frames.push(data)
      }
      this.#wake()
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #wake(): void {
    const waiting = this.#waiting
    if (waiting === null) return
    if (this.#failure !== null) waiting.reject(this.#failure)
    else if (this.ended || this.frames.length >= waiting.frames) waiting.resolve()
  }

  #fail(error: Error): void {
    this.close()
    if (!this.ended) this.#failure = error
    this.#wake()
  }
}
