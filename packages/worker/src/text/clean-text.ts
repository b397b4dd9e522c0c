/** A high surrogate at the end may have its other half in the next piece. */
const isHalf = (text: string): boolean => (text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800

/**
 * Makes of one stream what the server takes as text: bytes become UTF-8, however they are cut, and what is no text (broken bytes, NUL,
 * halves of characters) becomes U+FFFD.
 */
export class CleanText {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #half = ''

  push(data: string | Uint8Array): string {
    const text = this.#half + (typeof data === 'string' ? data : this.#decoder.decode(data, { stream: true }))
    const cut = isHalf(text) ? text.length - 1 : text.length
    this.#half = text.slice(cut)
    return cleaned(text.slice(0, cut))
  }

  /** What was held back, at the end. */
  end(): string {
    const text = this.#half + this.#decoder.decode()
    this.#half = ''
    return cleaned(text)
  }
}

const cleaned = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed()
