import type { Expression, Operator } from './expression.ts'
import { power, squareRoot } from './power.ts'
import { add, divide, fromDecimal, modulo, multiply, negate, type Rational, rational, subtract } from './rational.ts'

const operations: Readonly<Record<Operator, (a: Rational, b: Rational) => Rational>> = {
  add,
  subtract,
  multiply,
  divide,
  modulo,
  power,
  percent: (a, b) => multiply(divide(a, rational(100n)), b),
}

/** The value of a calculation. Throws CalculationError where there is none, or none within the limits. */
export const evaluate = (expression: Expression): Rational => {
  switch (expression.kind) {
    case 'number':
      return fromDecimal(expression.digits)
    case 'negate':
      return negate(evaluate(expression.of))
    case 'root':
      return squareRoot(evaluate(expression.of))
    case 'square': {
      const value = evaluate(expression.of)
      return multiply(value, value)
    }
    case 'binary':
      return operations[expression.operator](evaluate(expression.left), evaluate(expression.right))
  }
}
