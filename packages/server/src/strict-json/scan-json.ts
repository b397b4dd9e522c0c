import { PlatformError } from '@codetether/protocol/errors'

export interface Violation {
  /** `shape`: must not even be parsed. */
  kind: 'shape' | 'content'
  error: PlatformError
}

export interface ScanLimits {
  maxDepth: number
  maxKeys: number
  maxValues: number
}

/** Keys that reach prototypes. */
export const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype'])
const simpleInteger = /^-?\d{1,15}$/

const refuse = (message: string): Violation => ({
  kind: 'content',
  error: new PlatformError('INVALID_PARAMS', message),
})

/** The tokens of a JSON text: strings whole, with their quotes; literals and white space are passed over. */
function* tokens(text: string): Generator<string> {
  const token = /["{}[\],:]|-?\d[\d.eE+-]*/g
  for (let match = token.exec(text); match; match = token.exec(text)) {
    if (match[0] !== '"') {
      yield match[0]
      continue
    }
    const end = endOfString(text, match.index)
    yield text.slice(match.index, end)
    token.lastIndex = end
  }
}

/** The index behind the closing quote. A regular expression over a string of megabytes would exhaust its stack. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0
    while (text[quote - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return quote + 1
  }
  return text.length
}

/**
 * Finds the first thing in a JSON text that must not come in. Walks the tokens without building values; on text that is
 * not JSON it may find anything or nothing, and JSON.parse has the last word.
 */
export function scanJson(text: string, { maxDepth, maxKeys, maxValues }: ScanLimits): Violation | null {
  // The keys of each open object, null for an array.
  const open: (Set<string> | null)[] = []
  let expectsKey = false
  let values = 0
  for (const lexeme of tokens(text)) {
    switch (lexeme) {
      case '{':
      case '[':
        open.push(lexeme === '{' ? new Set() : null)
        if (open.length > maxDepth) return { ...refuse(`JSON nested deeper than ${maxDepth} levels`), kind: 'shape' }
        expectsKey = lexeme === '{'
        break
      case '}':
      case ']':
        open.pop()
        expectsKey = false
        break
      case ',':
        if (++values > maxValues) return { ...refuse(`JSON with more than ${maxValues} values`), kind: 'shape' }
        expectsKey = open.at(-1) instanceof Set
        break
      case ':':
        expectsKey = false
        break
      default: {
        const violation = lexeme.startsWith('"') ? checkString(lexeme) : checkNumber(lexeme)
        if (violation) return violation
        const keys = open.at(-1)
        if (!expectsKey || !keys) break
        const badKey = checkKey(lexeme, keys, maxKeys)
        if (badKey) return badKey
      }
    }
  }
  return null
}

function decodeString(lexeme: string): string | null {
  if (!lexeme.includes('\\')) return lexeme.slice(1, -1)
  try {
    return JSON.parse(lexeme)
  } catch {
    return null
  }
}

function checkKey(lexeme: string, keys: Set<string>, maxKeys: number): Violation | null {
  const key = decodeString(lexeme)
  if (key === null) return null
  if (forbiddenKeys.has(key)) return refuse('an object has a forbidden key')
  if (keys.has(key))
    return { kind: 'content', error: new PlatformError('INVALID_REQUEST', 'an object has a key twice') }
  keys.add(key)
  return keys.size > maxKeys ? refuse(`an object has more than ${maxKeys} keys`) : null
}

function checkString(lexeme: string): Violation | null {
  // Raw text that decoded as UTF-8 has neither NUL (JSON.parse refuses it) nor surrogates: only escapes can.
  if (!lexeme.includes('\\u')) return null
  const value = decodeString(lexeme)
  if (value === null) return null
  if (value.includes('\u0000')) return refuse('a string contains NUL')
  return value.isWellFormed() ? null : refuse('a string contains half of a surrogate pair')
}

function checkNumber(lexeme: string): Violation | null {
  if (simpleInteger.test(lexeme)) return null
  const value = Number(lexeme)
  if (Number.isNaN(value)) return null
  const isUnsafe = Math.abs(value) > Number.MAX_SAFE_INTEGER
  return isUnsafe ? refuse('a number is too large to be kept exactly') : null
}
