import { z } from 'zod'

const minTokenChars = 8
const pattern = /^([A-Za-z0-9][\w.-]{0,63}):([!-+\--~]+)$/

const repeated = (values: readonly string[]): boolean => new Set(values).size < values.length

/** Why the entries cannot be used, or null. Says which entry by number, never its text: it may be a bare token. */
const fault = (entries: readonly string[]): string | null => {
  const wrong = entries.findIndex(entry => !pattern.test(entry))
  if (wrong >= 0) return `must look like name:token,name2:token2; entry ${wrong + 1} does not`
  const pairs = entries.map(split)
  const short = pairs.findIndex(([, token]) => token.length < minTokenChars)
  if (short >= 0) return `needs tokens of at least ${minTokenChars} characters; that of entry ${short + 1} is shorter`
  if (repeated(pairs.map(([name]) => name))) return 'has two entries with the same name; each caller needs its own'
  if (repeated(pairs.map(([, token]) => token))) return 'has two names with the same token; each caller needs its own'
  return null
}

const split = (entry: string): [name: string, token: string] => {
  const colon = entry.indexOf(':')
  return [entry.slice(0, colon), entry.slice(colon + 1)]
}

/** `name:token,name2:token2` → Map of name → token. A token may contain colons, but no comma and no space. */
export const authTokens = z.string().transform((given, context): ReadonlyMap<string, string> => {
  const entries = given
    .split(',')
    .map(entry => entry.trim())
    .filter(entry => entry !== '')
  const message = entries.length === 0 ? 'must look like name:token,name2:token2' : fault(entries)
  if (message === null) return new Map(entries.map(split))
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})
