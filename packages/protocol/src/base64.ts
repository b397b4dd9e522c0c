const standard = /^[A-Za-z0-9+/]*={0,2}$/
const urlSafe = /^[A-Za-z0-9_-]*={0,2}$/

/** Is this base64 with padding, as A2A v0.3 carries bytes? */
export const isBase64 = (text: string): boolean => text.length % 4 === 0 && standard.test(text)

/** ProtoJSON takes both alphabets, with or without padding. @returns the standard form, or null if it is neither. */
export function toBase64(text: string): string | null {
  if (!standard.test(text) && !urlSafe.test(text)) return null
  const bare = text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/')
  return bare.length % 4 === 1 ? null : bare.padEnd(Math.ceil(bare.length / 4) * 4, '=')
}
