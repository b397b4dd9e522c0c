import { limits } from '@codetether/protocol/limits'
import { hasQuotationMark, type Quotable, unquote } from '../text/quoted.ts'
import { stripEnd } from '../text/strip-end.ts'

/** What a text asks of the Memory agent. `verb` is the word that was used. */
export type MemoryCommand =
  | { kind: 'store'; verb: string; value: Quotable; key: Quotable }
  | { kind: 'retrieve' | 'delete'; verb: string; key: Quotable }
  | { kind: 'list'; verb: string; what: string }

const kinds: Readonly<Record<string, MemoryCommand['kind']>> = {
  store: 'store',
  remember: 'store',
  save: 'store',
  retrieve: 'retrieve',
  recall: 'retrieve',
  get: 'retrieve',
  delete: 'delete',
  remove: 'delete',
  forget: 'delete',
  list: 'list',
  show: 'list',
}

const listed = /^(?:all |the |my |all my |all the )?(?:stored )?(?:memory )?(?:keys|memories)$|^all$|^$/

const sentenceEnd = ' \t\r\n.!?'

const parseKey = (text: string): Quotable | null => {
  const whole = unquote(stripEnd(text, sentenceEnd).trim())
  return whole.text.trim() === '' || /[\r\n]/.test(whole.text) ? null : whole
}

/** Splits at the last " as " whose key is quoted or free of quotation marks, so that a value may hold " as " too. */
const parseAssignment = (verb: string, text: string): MemoryCommand | null => {
  const separators = [...text.matchAll(/\sas\s+/gi)]
  const near = separators.filter(({ index }) => text.length - index < 2 * limits.memoryKeyChars).reverse()
  const keyAfter = (at: RegExpExecArray) => parseKey(text.slice(at.index + at[0].length))
  const complete = near.find(at => {
    const key = keyAfter(at)
    return key !== null && (key.quoted || !hasQuotationMark(key.text))
  })
  const at = complete ?? separators.at(-1)
  const key = at && keyAfter(at)
  const value = at && unquote(text.slice(0, at.index).trim())
  return key && value && value.text !== '' ? { kind: 'store', verb, value, key } : null
}

/**
 * Reads a text that was sent to the Memory agent on purpose: `store X as K`, `retrieve K`, `delete K`, `list` and their
 * synonyms, with or without quotation marks. Keys and values keep their case. Null if it is none of these.
 */
export const parseMemoryCommand = (text: string): MemoryCommand | null => {
  const found = /^(?:please\s+)?([a-z]+)(?!\S)/i.exec(text.trim())
  const verb = found?.[1]?.toLowerCase() ?? ''
  const kind = Object.hasOwn(kinds, verb) ? kinds[verb] : undefined
  if (!found || kind === undefined) return null
  const rest = text.trim().slice(found[0].length).trim()
  if (kind === 'store') return parseAssignment(verb, rest)
  if (kind === 'list') {
    const what = stripEnd(rest, sentenceEnd).toLowerCase()
    return listed.test(what) ? { kind, verb, what } : null
  }
  const key = parseKey(rest)
  return key && { kind, verb, key }
}

/** `memory get K` and `Memory: get K` are addressed to the agent in the text itself; this is what follows, or null. */
export const addressedCommand = (text: string): string | null => {
  const found = /^(?:please\s+)?memory(?:\s*:\s*|\s+)/i.exec(text.trim())
  return found && text.trim().slice(found[0].length)
}
