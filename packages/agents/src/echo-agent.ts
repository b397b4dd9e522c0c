import { type Part, textOf } from '@codetether/protocol/message'
import { defineAgent } from './define-agent.ts'

const kindOf = (part: Part): string => {
  if ('text' in part) return 'text'
  if ('data' in part) return 'data part'
  return 'url' in part ? 'file by link' : 'file'
}

/** "2 files and 1 data part", in the order of arrival. */
const countParts = (parts: readonly Part[]): string => {
  const counts = new Map<string, number>()
  for (const part of parts) counts.set(kindOf(part), (counts.get(kindOf(part)) ?? 0) + 1)
  const named = [...counts].map(([kind, count]) => `${count} ${count === 1 ? kind : kind.replace(/part|file/, '$&s')}`)
  return new Intl.ListFormat('en').format(named)
}

const echo = (parts: readonly Part[]): string => {
  if (parts.length === 0) return 'Echo: a message without parts'
  if (parts.some(part => 'text' in part)) return `Echo: ${textOf(parts)}`
  return `Echo: no text, but ${countParts(parts)}`
}

/** Says back what it hears. It accepts nothing by itself: it is where messages go that nobody else understands. */
export const echoAgent = defineAgent({
  name: 'Echo',
  description: 'Answers with the text it was sent.',
  skills: [
    {
      id: 'echo',
      name: 'Echo',
      description: 'Returns the text of the message, or names the parts of a message without text.',
      tags: ['echo', 'test'],
      examples: ['Hello'],
    },
  ],
  pure: true,
  handle: (message, ctx) => ctx.reply(echo(message.parts)),
})
