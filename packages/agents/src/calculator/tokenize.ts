import { notUnderstood } from './calculation-error.ts'

/** A piece of a calculation: a number in plain digits, or a word or sign in its one canonical spelling. */
export interface Token {
  kind: 'number' | 'sign'
  text: string
}

/** Commas group thousands only where every group has three digits and the first has no leading zero. */
const number = /(?:[1-9]\d{0,2}(?:,\d{3})+(?!\d)(?:\.\d+)?|(?:0|[1-9]\d*)(?:\.\d+)?|\.\d+)(?:e[+-]?\d{1,3}(?!\d))?/iy
const sign = /[a-z]+|\*\*|[-+*/^%(),×÷·∗⋅−√²³]/iy
const space = /\s+/y

/** Versions, addresses, `007`, `0x10` and `3,5` begin like numbers; what follows tells that they are none. */
const goesOn = (digits: string, next: string): boolean =>
  /^(?:[\d.]|,\d)/.test(next) || (digits === '0' && /^[a-z]/i.test(next))

const canonical: Readonly<Record<string, string>> = {
  '**': '^',
  '×': '*',
  '·': '*',
  '∗': '*',
  '⋅': '*',
  '÷': '/',
  '−': '-',
  '√': 'sqrt',
  '²': 'squared',
  '³': 'cubed',
}

const plainDigits = (digits: string): string => digits.replaceAll(',', '').replace(/^\./, '0.').toLowerCase()

/** Splits a calculation into numbers, words in lower case and signs. Throws CalculationError for anything else. */
export const tokenize = (text: string): Token[] => {
  const tokens: Token[] = []
  let at = 0
  const read = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? null
    if (found !== null) at += found.length
    return found
  }
  while (at < text.length) {
    if (read(space) !== null) continue
    const digits = read(number)
    if (digits !== null) {
      if (goesOn(digits, text.slice(at, at + 2))) throw notUnderstood()
      tokens.push({ kind: 'number', text: plainDigits(digits) })
      continue
    }
    const found = read(sign)?.toLowerCase()
    if (found === undefined) throw notUnderstood()
    tokens.push({ kind: 'sign', text: canonical[found] ?? found })
  }
  return tokens
}
