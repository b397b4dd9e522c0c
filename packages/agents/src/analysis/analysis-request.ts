import { unquote } from '../text/quoted.ts'
import { stripEnd } from '../text/strip-end.ts'

const unit = '(?:words|sentences|characters)'
const units = `${unit}(?:(?:, and |, | and )(?:the )?${unit}){0,2}`
const text = '(?:the |this |my )?(?:following )?(?:text|sentence|paragraph)'

const orders = [
  `analy[sz]e ${text}`,
  `text analysis(?: of(?: ${text})?)?`,
  `count (?:the )?${units} (?:in|of)(?: ${text})?`,
  `how many ${units} are(?: there)? in(?: ${text})?`,
]
/** What only an agent that is addressed understands as an order. */
const shortOrders = ['analy[sz]e', 'analysis', `count (?:the )?${units}`]

/** The order, and its colon, or the place where a quotation begins. */
const patternOf = (alternatives: readonly string[]): RegExp =>
  new RegExp(
    `^(?:please |(?:can|could|would) you (?:please )?)?(?:${alternatives.join('|')})(?:\\s*(:)|\\s*(?=['"‘“„«]))`.replaceAll(
      ' ',
      '\\s+',
    ),
    'i',
  )

const unmistakable = patternOf(orders)
const understood = patternOf([...orders, ...shortOrders])

/** No order is longer; what follows is not searched. */
const orderChars = 200

/** The whole text that follows the order: behind a colon, or in quotation marks from there to the end. */
const read = (message: string, order: RegExp): string | null => {
  const trimmed = message.trim()
  const found = order.exec(trimmed.slice(0, orderChars))
  if (found === null) return null
  const rest = trimmed.slice(found[0].length).trim()
  const { text: inner, quoted } = unquote(stripEnd(rest, ' ?.'))
  if (quoted) return inner
  return found[1] === ':' ? rest : null
}

/** A path, an address or the name of a file stands for a text that the agent does not have. */
const isReference = (name: string): boolean => name.length < 1_000 && /^\S*([/\\]\S|\.[a-z]\w{0,5}$)\S*$/i.test(name)

/** The text that is to be analysed, without the order around it; everything if there is no order. */
export const textToAnalyze = (message: string): string => read(message, understood) ?? message

/**
 * Does a text without a target belong to the Analysis agent? Only if it holds the text that is to be analysed, behind a
 * colon or in quotation marks that reach to its end, and an order that speaks of text or its units:
 *
 * - `analyze text: …`, `analyse this text: …`, `analyze the following text "…"`; also sentence and paragraph;
 * - `text analysis: …`, `text analysis of "…"`;
 * - `count words in "…"`, `count the words and sentences in this text: …`, `how many words are in "…"?`.
 *
 * A single word that is a path, an address or the name of a file is never such a text.
 */
export const acceptsAnalysis = (message: string): boolean => {
  const text = read(message, unmistakable)
  return text !== null && /[\p{L}\p{N}]/u.test(text) && !isReference(text)
}
