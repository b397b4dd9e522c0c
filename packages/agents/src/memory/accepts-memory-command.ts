import { limits } from '@codetether/protocol/limits'
import type { Quotable } from '../text/quoted.ts'
import { addressedCommand, type MemoryCommand, parseMemoryCommand } from './parse-memory-command.ts'

/** Verbs that people say to a memory. The others of `parseMemoryCommand` they say to a coding agent just as well. */
const unmistakableVerbs = ['store', 'remember', 'retrieve', 'recall', 'forget', 'list', 'show']

const identifier = /^[\p{L}_][\p{L}\p{N}_-]*$/u

const contextWords =
  `a an the all any each every both no this that these those it its them their they he she me my our us we
  you your is are be to of in into on onto from for with without by at and or not`.split(/\s+/)

/** Articles, pronouns and prepositions tie a phrase to something else: "store the results in a file as json". */
const tiesToContext = new RegExp(`\\b(?:${contextWords.join('|')})\\b`, 'i')

/** Characters of code and paths, and file names. An @ makes the dot that of an address. */
const codeLike = /[/\\`{}<>()[\];=|$]|^[^@]*\.[a-z]\w*$/i

/** "passwords", "user IDs": what a program stores. A value has a capital or is no plural. */
const pluralEnd = /(?:\b[a-z]+[^\Ws]|[A-Z])s$/

/** What coding prompts store things as and retrieve: formats, types, places, and words that name nothing. */
const commonNouns = new Set(
  `array attachment backup base64 bcrypt bigint binary blob bool boolean buffer byte cache char class code column
  config const constant context cookie csv data database date datetime decimal default dict dictionary document
  double draft element enum env environment epoch error everything field file fixture float format function
  global hash hex history html id image index info information input int integer interface iso item json jsonb
  key list local log lowercase map markdown md message metadata method module number object output parameter
  parquet password path pdf plaintext procedure property record reference request resource response result rgb
  row schema secret session set singleton snapshot sql state static status stream string struct table task
  template text timestamp token toml tuple type unicode uppercase url user utc utf-8 uuid value var varchar
  variable view xml yaml yml`.split(/\s+/),
)

const isCommonNoun = (word: string): boolean => {
  const lower = word.toLowerCase()
  return [lower, lower.replace(/s$/, ''), lower.replace(/es$/, '')].some(form => commonNouns.has(form))
}

const isValue = ({ text, quoted }: Quotable): boolean =>
  quoted || (text.split(' ').length <= 6 && !tiesToContext.test(text) && !codeLike.test(text) && !pluralEnd.test(text))

/** May `key` be meant as a memory's key? */
const isKey = ({ text, quoted }: Quotable): boolean =>
  quoted ||
  (identifier.test(text) && !isCommonNoun(text) && !contextWords.includes(text.toLowerCase()) && !pluralEnd.test(text))

const isUnmistakable = (command: MemoryCommand): boolean => {
  if (!unmistakableVerbs.includes(command.verb)) return false
  if (command.kind === 'list') return /keys$|memories$/.test(command.what)
  return isKey(command.key) && (command.kind !== 'store' || isValue(command.value))
}

const isAddressed = (command: MemoryCommand): boolean =>
  command.kind === 'list' || command.key.quoted || identifier.test(command.key.text)

/**
 * Does a text without a target belong to the Memory agent? Only if no coding agent could be meant:
 *
 * - `store X as K` and `remember X as K`, where K is quoted or one identifier in the singular that is no everyday noun
 *   of programming (`json`, `string`, `default`), and X is quoted or at most six words without an article, pronoun or
 *   preposition, without the characters of code and file names, and not ending in a plural ("store passwords as …");
 * - `retrieve K`, `recall K` and `forget K`, where K is the same;
 * - `list` or `show` followed by `keys` or `memories`, perhaps with `all`, `the`, `my`, `stored` or `memory`;
 * - any command of one line after the word `memory`, if K is quoted or one identifier: `memory get K`.
 *
 * `save`, `get`, `delete`, `remove` and a bare `list` are understood when the agent is the target, but never accepted:
 * "delete src/foo.ts" and "get the logs" are work for somebody else.
 */
export const acceptsMemoryCommand = (text: string): boolean => {
  const line = text.trim()
  if (line.length > limits.memoryValueBytes || /[\r\n]/.test(line)) return false
  const addressed = addressedCommand(line)
  const command = parseMemoryCommand(addressed ?? line)
  if (command === null) return false
  return addressed === null ? isUnmistakable(command) : isAddressed(command)
}
