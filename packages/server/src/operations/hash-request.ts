import { createHash } from 'node:crypto'

/** Tells whether a message id was sent before with the same content. */
export const hashRequest = (content: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex')
