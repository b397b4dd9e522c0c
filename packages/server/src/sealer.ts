import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** Encrypts what others entrust to the platform and what it needs in plain again. */
export interface Sealer {
  /** @param scope where the result belongs: it opens nowhere else */
  seal(scope: string, text: string): Buffer
  /** @returns the text, or null if it was not sealed for this scope with this key. */
  open(scope: string, sealed: Buffer): string | null
}

/** AES-256-GCM: one byte for this form, then the nonce, the tag and the text. */
const form = 1
const nonceBytes = 12
const tagBytes = 16
const headBytes = 1 + nonceBytes + tagBytes
const algorithm = 'aes-256-gcm'

export function createSealer(key: Buffer): Sealer {
  return {
    seal(scope, text) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(scope))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.of(form), nonce, cipher.getAuthTag(), body])
    },
    open(scope, sealed) {
      if (sealed.length < headBytes || sealed[0] !== form) return null
      const nonce = sealed.subarray(1, 1 + nonceBytes)
      const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
      decipher.setAAD(Buffer.from(scope)).setAuthTag(sealed.subarray(1 + nonceBytes, headBytes))
      try {
        return Buffer.concat([decipher.update(sealed.subarray(headBytes)), decipher.final()]).toString()
      } catch {
        return null
      }
    },
  }
}
