import { connect, createServer } from 'node:net'
import type { Random } from '../journeys/random.ts'
import { type Listening, listen } from './listen.ts'

/** How many bytes a connection brings its client before it is cut. Few enough to cut often, enough to get on. */
const [fewest, most] = [200, 32_000]

/** A proxy that resets every connection somewhere: within an event, a header or a character. */
export interface Cutter extends Listening {
  /** Connections that were cut so far. */
  readonly cuts: number
}

/** Starts one in front of a port of this machine. */
export async function startCutter(port: number, random: Random): Promise<Cutter> {
  let cuts = 0
  const server = createServer(client => {
    const upstream = connect(port, '127.0.0.1')
    let left = random.between(fewest, most)
    client.on('error', () => undefined).on('close', () => upstream.destroy())
    upstream.on('error', () => undefined).on('close', () => client.destroy())
    client.pipe(upstream)
    upstream.on('data', (bytes: Buffer) => {
      const taken = bytes.subarray(0, left)
      left -= taken.length
      if (left > 0) client.write(taken)
      else if (taken.length > 0) {
        cuts += 1
        client.write(taken, () => client.resetAndDestroy())
      }
    })
  })
  const { port: own, [Symbol.asyncDispose]: close } = await listen(server)
  return {
    port: own,
    get cuts() {
      return cuts
    },
    [Symbol.asyncDispose]: close,
  }
}
