import { textOf } from '@codetether/protocol/message'
import { defineAgent } from '../define-agent.ts'
import { acceptsAnalysis, textToAnalyze } from './analysis-request.ts'
import { analyze } from './analyze.ts'

/** Counts what a text consists of. See `acceptsAnalysis` for what it accepts. */
export const analysisAgent = defineAgent({
  name: 'Analysis',
  description: 'Counts the words, sentences and characters of a text.',
  skills: [
    {
      id: 'analysis',
      name: 'Text Analysis',
      description: 'Counts words, sentences and characters in any script, and tells how long the words are on average.',
      tags: ['text', 'analysis', 'statistics'],
      examples: ['analyze text: Hello world! How are you? Fine.', 'count words in "the quick brown fox"'],
    },
  ],
  pure: true,
  accepts: acceptsAnalysis,
  handle: (message, ctx) => ctx.reply(analyze(textToAnalyze(textOf(message.parts)))),
})
