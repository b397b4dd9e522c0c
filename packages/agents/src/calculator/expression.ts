/** The operations on two numbers, as the reply names them. `percent` is the share: 20% of 50. */
export type Operator = 'add' | 'subtract' | 'multiply' | 'divide' | 'modulo' | 'percent' | 'power'

/** A calculation as a tree. Numbers are kept as their digits, so that building a tree cannot fail. */
export type Expression =
  | { kind: 'number'; digits: string }
  | { kind: 'negate' | 'root' | 'square'; of: Expression }
  | { kind: 'binary'; operator: Operator; left: Expression; right: Expression }

/** Is there anything to calculate? A number, with or without a sign, is not a calculation. */
export const hasOperation = (expression: Expression): boolean => {
  if (expression.kind === 'number') return false
  return expression.kind === 'negate' ? hasOperation(expression.of) : true
}
