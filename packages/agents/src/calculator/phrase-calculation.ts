import type { Expression, Operator } from './expression.ts'

type Binary = Expression & { kind: 'binary' }

const signs: Readonly<Record<Operator, string>> = {
  add: ' + ',
  subtract: ' - ',
  multiply: ' * ',
  divide: ' / ',
  modulo: ' % ',
  percent: '% of ',
  power: '^',
}

/** How tightly the outermost operation of an expression binds. */
const tightness = (expression: Expression): number => {
  switch (expression.kind) {
    case 'number':
      return expression.digits.startsWith('-') ? 3 : 5
    case 'negate':
      return 3
    case 'root':
      return 5
    case 'square':
      return 4
    case 'binary':
      if (expression.operator === 'power') return 4
      return expression.operator === 'add' || expression.operator === 'subtract' ? 1 : 2
  }
}

const inParenthesesBelow = (limit: number, expression: Expression): string =>
  tightness(expression) < limit ? `(${inSigns(expression)})` : inSigns(expression)

/** The expression in signs, with as few parentheses as it needs. */
const inSigns = (expression: Expression): string => {
  switch (expression.kind) {
    case 'number':
      return expression.digits
    case 'negate':
      return `-${inParenthesesBelow(4, expression.of)}`
    case 'root':
      return `sqrt(${inSigns(expression.of)})`
    case 'square':
      return `${inParenthesesBelow(5, expression.of)}^2`
    case 'binary': {
      const [left, right] = parenthesesBelow(expression)
      return (
        inParenthesesBelow(left, expression.left) +
        signs[expression.operator] +
        inParenthesesBelow(right, expression.right)
      )
    }
  }
}

/** How tightly the sides of an operation must bind to stand without parentheses. */
const parenthesesBelow = (expression: Binary): [left: number, right: number] => {
  if (expression.operator === 'power') return [5, 3]
  const own = tightness(expression)
  return [own, expression.operator === 'modulo' ? 4 : own + 1]
}

/** One operation on two numbers. A negative number to a power is none: "-2 power 2" has two readings. */
const isPlain = (expression: Expression): expression is Binary =>
  expression.kind === 'binary' &&
  expression.operator !== 'percent' &&
  expression.left.kind === 'number' &&
  expression.right.kind === 'number' &&
  !(expression.operator === 'power' && expression.left.digits.startsWith('-'))

const inWords = ({ left, operator, right }: Binary): string => `${inSigns(left)} ${operator} ${inSigns(right)}`

/** What was calculated: one operation on plain numbers in words ("15 add 27"), anything else in signs ("2 + 3 * 4"). */
export const phraseCalculation = (expression: Expression): string => {
  if (expression.kind === 'root' && expression.of.kind === 'number') return `Square root of ${inSigns(expression.of)}`
  if (expression.kind === 'square' && expression.of.kind === 'number') return `${inSigns(expression.of)} squared`
  return `Calculation: ${isPlain(expression) ? inWords(expression) : inSigns(expression)}`
}
