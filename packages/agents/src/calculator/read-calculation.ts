import { CalculationError } from './calculation-error.ts'
import { calculatorLimits } from './calculator-limits.ts'
import type { Expression } from './expression.ts'
import { parseSentence } from './parse-sentence.ts'
import { TokenCursor } from './token-cursor.ts'
import { tokenize } from './tokenize.ts'

const courtesies = [
  'please',
  'kindly',
  'calculate',
  'compute',
  'evaluate',
  'can you',
  'could you',
  'would you',
  'tell me',
  'what is',
  "what['’]?s",
  'what does',
  'how much is',
  'the result of',
  'result of',
]
const opening = new RegExp(`^(?:=|(?:${courtesies.join('|')})(?![a-z]))[\\s:,]*`, 'i')
const closing = /(?:[\s?.,=]|\b(?:please|for me|equals?(?: to)?))+$/i

/** The calculation inside a polite question: "Could you please calculate 2 + 2?" asks for "2 + 2". */
export const withoutCourtesies = (text: string): string => {
  let rest = text.trim().replaceAll(/\s+/g, ' ')
  for (let found = opening.exec(rest); found !== null; found = opening.exec(rest)) rest = rest.slice(found[0].length)
  return rest.replace(closing, '')
}

/** Reads a whole text as one calculation. Throws CalculationError, with a sentence that says why it cannot. */
export const readCalculation = (text: string): Expression => {
  if (text.trim().length > calculatorLimits.textChars)
    throw new CalculationError(
      `That calculation is too long for me: I read up to ${calculatorLimits.textChars} characters`,
    )
  return parseSentence(new TokenCursor(tokenize(withoutCourtesies(text))))
}
