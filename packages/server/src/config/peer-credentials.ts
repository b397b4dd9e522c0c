import { z } from 'zod'

/** What is sent to one agent to say who asks. */
export type PeerCredential =
  | { scheme: 'bearer'; token: string }
  | { scheme: 'basic'; pair: string }
  | { scheme: 'key'; header: string; key: string }

const read = (text: string): PeerCredential | null => {
  const [, scheme = '', rest = ''] = /^(bearer|basic|key):([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)$/.exec(text) ?? []
  if (scheme === 'bearer') return { scheme, token: rest }
  if (scheme === 'basic') return /^[^:]+:/.test(rest) ? { scheme, pair: rest } : null
  const [, header = '', key = ''] = /^([\w-]{1,64}):(.+)$/.exec(rest) ?? []
  return scheme === 'key' && header !== '' ? { scheme, header: header.toLowerCase(), key } : null
}

const originOf = (text: string): string | null => {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` ? url.origin : null
}

/**
 * `https://agent.example=bearer:TOKEN,https://other.example:8443=key:X-API-Key:KEY` → Map of origin → credential. Says
 * which entry is wrong by number, never its text.
 */
export const peerCredentials = z.string().transform((given, context): ReadonlyMap<string, PeerCredential> => {
  const entries = given.split(',').flatMap(entry => (entry.trim() === '' ? [] : [entry.trim()]))
  const found = new Map<string, PeerCredential>()
  for (const [index, entry] of entries.entries()) {
    const at = entry.indexOf('=')
    const origin = originOf(entry.slice(0, at))
    const credential = read(entry.slice(at + 1))
    if (at > 0 && origin !== null && credential !== null && !found.has(origin)) {
      found.set(origin, credential)
      continue
    }
    const form = 'ORIGIN=bearer:TOKEN, ORIGIN=basic:NAME:PASSWORD or ORIGIN=key:HEADER:KEY, each origin once'
    context.addIssue({ code: 'custom', message: `must list ${form}; entry ${index + 1} does not` })
    return z.NEVER
  }
  return found
})
