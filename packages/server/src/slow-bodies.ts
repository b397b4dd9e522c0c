import type { Socket } from 'node:net'

/** Connections over which a large body comes, whose reader bounds its time. */
const patient = new WeakSet<Socket>()

/** Node's limit for a whole request does not count for this one. */
export const isPatient = (socket: Socket): boolean => patient.has(socket)

export interface BodyTimes {
  /** Between two pieces. */
  pauseMs: number
  /** From the beginning to the end. */
  totalMs: number
}

/**
 * A body that may take longer than other requests, as long as it goes on. Ends the connection when a piece or the whole takes too long:
 * the reader sees it break off.
 */
export async function* readSlowly(
  body: AsyncIterable<Buffer>,
  socket: Socket,
  { pauseMs, totalMs }: BodyTimes,
): AsyncGenerator<Buffer> {
  patient.add(socket)
  const cut = () => void socket.destroy()
  const total = setTimeout(cut, totalMs)
  const pause = setTimeout(cut, pauseMs)
  try {
    for await (const piece of body) {
      pause.refresh()
      yield piece
      pause.refresh()
    }
  } finally {
    clearTimeout(total)
    clearTimeout(pause)
    patient.delete(socket)
  }
}
