import { createConnection, type Socket } from 'node:net'
import { Cutter, Flag, type Frame, FrameType, frameLength, readFrame, writeFrame } from './frames.ts'
import { type HeaderBlocks, headerBlocks } from './header-block.ts'
import { messageLength, PREFIX_BYTES } from './messages.ts'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const NOTHING = Buffer.alloc(0)
const WINDOW = 0x7fff_ffff
const FIRST_WINDOW = 0xffff
/** No push, and windows that never hold a server up. */
const SETTINGS = Buffer.from([0, 2, 0, 0, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff])

export interface CallEvents {
  readonly message: (bytes: Buffer) => void
  /** The server has ended the call. Whether all is well is told by its messages: trailers are not decoded. */
  readonly ended: () => void
  readonly failed: (error: Error) => void
}

interface Open extends CallEvents {
  readonly cutter: Cutter
}

export interface SessionPlan {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly token?: string | undefined
}

/**
 * One HTTP/2 connection without TLS, for calls of one method of gRPC, on a bare socket: a client of Node's own would
 * take as much of the machine as the server that is measured. Requests are so small that the windows of servers are
 * never full.
 */
export class GrpcSession {
  readonly opened: Promise<void>
  readonly #socket: Socket
  readonly #headers: HeaderBlocks
  readonly #frames = new Cutter(frameLength)
  readonly #calls = new Map<number, Open>()
  #stream = 1
  #taken = 0
  #failure: Error | null = null

  constructor({ host, port, path, token }: SessionPlan) {
    this.#headers = headerBlocks({
      ...{ ':path': path, ':authority': `${host}:${port}`, 'content-type': 'application/grpc', te: 'trailers' },
      ...{ 'a2a-version': '1.0', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    })
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.opened = promise
    this.#socket = createConnection({ host, port, noDelay: true })
    this.#socket.once('connect', resolve).once('error', reject)
    this.#socket.on('data', data => this.#read(data))
    this.#socket.once('error', error => this.#fail(error))
    this.#socket.once('end', () => this.#fail(new Error('the server closed the connection')))
    this.#socket.write(PREFACE, 'latin1')
    this.#send(FrameType.settings, 0, 0, SETTINGS)
    this.#widen(WINDOW - FIRST_WINDOW)
  }

  /** Makes a call with a message, prefix included. */
  call(message: string, events: CallEvents): void {
    if (this.#failure !== null) {
      events.failed(this.#failure)
      return
    }
    const stream = this.#stream
    this.#stream += 2
    this.#calls.set(stream, { ...events, cutter: new Cutter(messageLength) })
    const payload = stream === 1 ? this.#headers.first : this.#headers.further
    const data = Buffer.from(message, 'latin1')
    const head = writeFrame({ type: FrameType.headers, flags: Flag.endHeaders, stream, payload })
    const body = writeFrame({ type: FrameType.data, flags: Flag.endStream, stream, payload: data })
    this.#socket.write(Buffer.concat([head, body]))
  }

  close(): void {
    this.#socket.removeAllListeners('data').removeAllListeners('end').destroy()
  }

  #read(data: Buffer): void {
    try {
      for (const bytes of this.#frames.push(data)) this.#take(readFrame(bytes))
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #take({ type, flags, stream, payload }: Frame): void {
    const call = this.#calls.get(stream)
    if (type === FrameType.data) {
      this.#count(payload.length)
      for (const message of call?.cutter.push(payload) ?? []) call?.message(message.subarray(PREFIX_BYTES))
    }
    if (type === FrameType.reset)
      this.#end(stream)?.failed(new Error(`the server reset the call: ${payload.readUInt32BE(0)}`))
    if (type === FrameType.goAway) this.#fail(new Error(`the server went away: ${payload.toString('latin1', 8)}`))
    const answers = type === FrameType.settings || type === FrameType.ping
    if (answers && (flags & Flag.acknowledged) === 0)
      this.#send(type, Flag.acknowledged, 0, type === FrameType.ping ? payload : NOTHING)
    const isOfCall = type === FrameType.data || type === FrameType.headers
    if (isOfCall && (flags & Flag.endStream) !== 0) this.#end(stream)?.ended()
  }

  #end(stream: number): Open | undefined {
    const call = this.#calls.get(stream)
    this.#calls.delete(stream)
    return call
  }

  /** Gives the window back long before it is used up. */
  #count(bytes: number): void {
    this.#taken += bytes
    if (this.#taken < WINDOW / 2) return
    this.#widen(this.#taken)
    this.#taken = 0
  }

  #widen(bytes: number): void {
    const payload = Buffer.alloc(4)
    payload.writeUInt32BE(bytes)
    this.#send(FrameType.windowUpdate, 0, 0, payload)
  }

  #send(type: number, flags: number, stream: number, payload: Buffer): void {
    this.#socket.write(writeFrame({ type, flags, stream, payload }))
  }

  #fail(error: Error): void {
    this.close()
    this.#failure ??= error
    for (const [stream, call] of this.#calls) {
      this.#calls.delete(stream)
      call.failed(error)
    }
  }
}
