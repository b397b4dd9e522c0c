import { notUnderstood } from './calculation-error.ts'
import type { Expression, Operator } from './expression.ts'
import { parseExpression, parseOperand } from './parse-expression.ts'
import type { TokenCursor } from './token-cursor.ts'

interface Imperative {
  operator: Operator
  /** What may stand between the two numbers. */
  joiners: readonly string[]
  /** "add 1, 2 and 3". */
  many?: boolean
}

const and = [', and', ',', 'and']
const sum: Imperative = { operator: 'add', joiners: [...and, 'to', 'with', 'plus'], many: true }
const product: Imperative = { operator: 'multiply', joiners: [...and, 'by', 'with', 'times'], many: true }
const quotient: Imperative = { operator: 'divide', joiners: [...and, 'by'] }
const difference: Imperative = { operator: 'subtract', joiners: and }

const imperatives: readonly (readonly [phrase: string, meaning: Imperative])[] = [
  ['add', sum],
  ['the sum of', sum],
  ['sum of', sum],
  ['subtract', difference],
  ['the difference between', difference],
  ['difference between', difference],
  ['the difference of', difference],
  ['difference of', difference],
  ['multiply', product],
  ['the product of', product],
  ['product of', product],
  ['divide', quotient],
  ['the quotient of', quotient],
  ['quotient of', quotient],
]

/**
 * One calculation in signs ("2 + 3 * 4") or as an order ("subtract 5 from 20"); nothing may be left over. The numbers
 * of an order are single ones, perhaps with sign, power or parentheses: "divide 10 by 2 + 3" has two readings.
 * Throws CalculationError.
 */
export const parseSentence = (cursor: TokenCursor): Expression => {
  const imperative = cursor.takeAny(imperatives)
  const expression = imperative === null ? parseExpression(cursor) : parseOperands(cursor, imperative)
  if (!cursor.atEnd) throw notUnderstood()
  return expression
}

const parseOperands = (cursor: TokenCursor, { operator, joiners, many = false }: Imperative): Expression => {
  const first = parseOperand(cursor)
  if (operator === 'subtract' && cursor.take('from'))
    return { kind: 'binary', operator, left: parseOperand(cursor), right: first }
  let left = first
  let count = 1
  while ((many || count < 2) && joiners.some(joiner => cursor.take(joiner))) {
    left = { kind: 'binary', operator, left, right: parseOperand(cursor) }
    count += 1
  }
  if (count < 2) throw notUnderstood()
  return left
}
