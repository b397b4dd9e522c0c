import { notUnderstood } from './calculation-error.ts'
import type { Expression, Operator } from './expression.ts'
import type { TokenCursor } from './token-cursor.ts'

type Phrases<T> = readonly (readonly [phrase: string, meaning: T])[]

// Longer phrases stand before those they begin with.
const additive: Phrases<Operator> = [
  ['+', 'add'],
  ['plus', 'add'],
  ['added to', 'add'],
  ['add', 'add'],
  ['-', 'subtract'],
  ['minus', 'subtract'],
  ['subtract', 'subtract'],
]

const multiplicative: Phrases<Operator> = [
  ['*', 'multiply'],
  ['x', 'multiply'],
  ['times', 'multiply'],
  ['multiplied by', 'multiply'],
  ['multiply by', 'multiply'],
  ['multiply', 'multiply'],
  ['/', 'divide'],
  ['divided by', 'divide'],
  ['divide by', 'divide'],
  ['divide', 'divide'],
  ['over', 'divide'],
  ['% of', 'percent'],
  ['percent of', 'percent'],
  ['%', 'modulo'],
  ['modulo', 'modulo'],
  ['mod', 'modulo'],
]

const raising: Phrases<Operator> = [
  ['^', 'power'],
  ['raised to the power of', 'power'],
  ['to the power of', 'power'],
  ['to the power', 'power'],
  ['raised to', 'power'],
  ['power', 'power'],
]

const functions: Phrases<'root' | 'square'> = [
  ['the square root of', 'root'],
  ['square root of', 'root'],
  ['square root', 'root'],
  ['sqrt of', 'root'],
  ['sqrt', 'root'],
  ['the square of', 'square'],
  ['square of', 'square'],
  ['square', 'square'],
]

const leftToRight = (cursor: TokenCursor, table: Phrases<Operator>, next: (c: TokenCursor) => Expression) => {
  let left = next(cursor)
  for (;;) {
    // "10% - 3" reads as a share to people and as a remainder to programs.
    if (cursor.take('% -') || cursor.take('% +')) throw notUnderstood()
    const operator = cursor.takeAny(table)
    if (operator === null) return left
    left = { kind: 'binary', operator, left, right: next(cursor) }
  }
}

/** Sums of products of signed powers: the whole precedence. Throws CalculationError. */
export const parseExpression = (cursor: TokenCursor): Expression =>
  leftToRight(cursor, additive, c => leftToRight(c, multiplicative, parseOperand))

const negated = (of: Expression): Expression =>
  of.kind === 'number' && !of.digits.startsWith('-')
    ? { kind: 'number', digits: `-${of.digits}` }
    : { kind: 'negate', of }

/** A signed power. The sign is looser than the power, -2^2 is -4, and powers group to the right. */
export const parseOperand = (cursor: TokenCursor): Expression =>
  cursor.nested(() => {
    if (cursor.take('-') || cursor.take('minus') || cursor.take('negative')) return negated(parseOperand(cursor))
    if (cursor.take('+')) return parseOperand(cursor)
    const left = parsePostfix(cursor)
    const operator = cursor.takeAny(raising)
    return operator === null ? left : { kind: 'binary', operator, left, right: parseOperand(cursor) }
  })

const parsePostfix = (cursor: TokenCursor): Expression => {
  let of = parsePrimary(cursor)
  for (;;) {
    if (cursor.take('squared')) of = { kind: 'square', of }
    else if (cursor.take('cubed')) of = cubed(of)
    else return of
  }
}

const cubed = (left: Expression): Expression => ({
  kind: 'binary',
  operator: 'power',
  left,
  right: { kind: 'number', digits: '3' },
})

const parsePrimary = (cursor: TokenCursor): Expression =>
  cursor.nested(() => {
    const digits = cursor.takeNumber()
    if (digits !== null) return { kind: 'number', digits }
    const kind = cursor.takeAny(functions)
    if (kind !== null) return { kind, of: parseArgument(cursor) }
    if (!cursor.take('(')) throw notUnderstood()
    const inner = parseExpression(cursor)
    if (!cursor.take(')')) throw notUnderstood()
    return inner
  })

/** What a function without parentheses reaches: one number, with its sign. */
const parseArgument = (cursor: TokenCursor): Expression =>
  cursor.take('-') || cursor.take('minus') ? negated(parsePrimary(cursor)) : parsePrimary(cursor)
