import { CalculationError, notUnderstood } from './calculation-error.ts'
import { evaluate } from './evaluate.ts'
import { type Expression, hasOperation } from './expression.ts'
import { formatNumber } from './format-number.ts'
import { phraseCalculation } from './phrase-calculation.ts'
import { readCalculation, withoutCourtesies } from './read-calculation.ts'

/** "2024-12-15", "15/12/2024" and "555-123-4567" can be calculated, but nobody who writes one means to. */
const dateOrNumberPlate = /^\d+(?:-\d+){2,}$|^\d+(?:\/\d+){2,}$/

const recover = <T>(attempt: () => T, otherwise: (error: CalculationError) => T): T => {
  try {
    return attempt()
  } catch (error) {
    if (error instanceof CalculationError) return otherwise(error)
    throw error
  }
}

const answer = (expression: Expression): string => {
  if (!hasOperation(expression)) throw notUnderstood()
  const result = formatNumber(evaluate(expression))
  return `${phraseCalculation(expression)} = ${result}. The result is ${result}.`
}

/** The reply to a text: the calculation with its result, or a sentence that says why there is none. Never throws. */
export const calculate = (text: string): string =>
  recover(
    () => answer(readCalculation(text)),
    error => error.message,
  )

/**
 * Is the WHOLE text a calculation, with at least one operation? One word beside it makes the answer no: "Add unit
 * tests", "divide the work into 3 parts". So does what only looks like one: a single number, a date, a version.
 */
export const isCalculation = (text: string): boolean =>
  // Most texts have no number, and every message is asked about: an error costs a hundred times the look.
  /\d/.test(text) &&
  recover(
    () => hasOperation(readCalculation(text)) && !dateOrNumberPlate.test(withoutCourtesies(text)),
    () => false,
  )
