import { textOf } from '@codetether/protocol/message'
import { defineAgent } from '../define-agent.ts'
import { calculate, isCalculation } from './calculate.ts'

/** Calculates: expressions in signs and short orders in words, exactly. See `isCalculation` for what it accepts. */
export const calculatorAgent = defineAgent({
  name: 'Calculator',
  description: 'Calculates expressions such as 2 + 3 * 4 and orders such as "add 15 and 27".',
  skills: [
    {
      id: 'calculator',
      name: 'Mathematical Calculator',
      description: 'Adds, subtracts, multiplies, divides, takes powers, square roots, remainders and percentages.',
      tags: ['math', 'calculator', 'arithmetic'],
      examples: ['add 15 and 27', '8 multiply 9', 'square root of 64', 'What is 2 + 3 * 4?'],
    },
  ],
  pure: true,
  accepts: isCalculation,
  handle: (message, ctx) => ctx.reply(calculate(textOf(message.parts))),
})
