import { stripEnd } from '../text/strip-end.ts'
import { isPlace } from './is-place.ts'

const openings = [
  "what(?: is|['’]?s) the (?:current )?weather(?: like)?",
  "how(?: is|['’]?s) the weather",
  '(?:(?:show|give|tell) me|show|get|check) (?:the )?(?:current )?weather',
  '(?:the )?(?:current )?weather',
]

const request = new RegExp(
  `^(?:please )?(?:${openings.join('|')}) (?:today |now |right now )?(?:in|for) (.+)$`.replaceAll(' ', '\\s+'),
  'i',
)
/** What only an agent that is addressed understands: "weather: Paris", "weather Paris". */
const shortRequest = /^weather(?:\s*:\s*|\s+)(.+)$/i

/** The sample is as good for now as it is for any other time, and a question for another time is not understood. */
const closing = /,?\s(?:(?:right )?now|today|currently|at the moment|please)$/i

const otherTime =
  /\b(?:tomorrow|yesterday|tonight|(?:next|last|this|on|at|in the) (?:week|weekend|month|year|morning|afternoon|evening|night|(?:mon|tues|wednes|thurs|fri|satur|sun)day))\b/i

/** No request is longer. */
const requestChars = 200

/** Without its full stop, unless that belongs to an abbreviation: "D.C." */
const withoutStop = (text: string): string => (/\.\p{L}\.$/u.test(text) ? text : stripEnd(text, ' .'))

const prepared = (message: string): string => {
  const line = message.trim()
  return line.length > requestChars || /[\r\n]/.test(line) ? '' : withoutStop(stripEnd(line, ' ?!'))
}

const placeIn = (text: string): string | null => {
  const name = withoutStop(text.replace(closing, '').replace(closing, '').trim())
  return isPlace(name) && !otherTime.test(name) ? name : null
}

/** The place in a whole text such as "What is the weather in Paris today?", or null. */
const askedPlace = (message: string): string | null => {
  const name = request.exec(prepared(message))?.[1]
  return name === undefined ? null : placeIn(name)
}

/** The place in a text that was sent to the agent on purpose: also "weather: Paris", and the name alone. */
export const readPlace = (message: string): string | null => {
  const text = prepared(message)
  return askedPlace(message) ?? placeIn(shortRequest.exec(text)?.[1] ?? text)
}

/**
 * Does a text without a target belong to the Weather agent? Only if the whole of it asks for the weather in, or for, one
 * place, perhaps today or now: `weather in X`, `weather for X`, `what is the weather in X?`, `how is the weather in X
 * today?`, `show me the weather in X`. See `isPlace` for X: "weather for the dashboard" is work for somebody else.
 */
export const acceptsWeather = (message: string): boolean => askedPlace(message) !== null
