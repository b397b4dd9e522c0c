/** Why a text has no result. The message is a sentence for the person who asked; it is the agent's reply. */
export class CalculationError extends Error {
  override name = 'CalculationError'
}

/** The text is not a calculation as this agent reads them. */
export const notUnderstood = (): CalculationError =>
  new CalculationError(
    'I could not read that as one calculation. I need numbers and an operation, for example: ' +
      '"add 15 and 27", "100 / 4", "2 + 3 * 4", "square root of 64", "9 squared" or "2 to the power of 10"',
  )
