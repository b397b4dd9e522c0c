import { createHmac, timingSafeEqual } from 'node:crypto'

/** Marks messages as ours, so that what others write to a channel wakes nobody. */
export interface Seal {
  close(message: string): string
  /** @returns the message, or null if it is not one of ours. */
  open(sealed: string): string | null
}

const markChars = 22
/** No message of ours comes near it. */
const mostChars = 16_384

export function createSeal(key: Buffer): Seal {
  const markOf = (message: string): Buffer =>
    Buffer.from(createHmac('sha256', key).update(message).digest('base64url').slice(0, markChars))
  return {
    close: message => `${markOf(message)}${message}`,
    open(sealed) {
      if (sealed.length > mostChars) return null
      const [mark, message] = [Buffer.from(sealed.slice(0, markChars)), sealed.slice(markChars)]
      return mark.length === markChars && timingSafeEqual(mark, markOf(message)) ? message : null
    },
  }
}
