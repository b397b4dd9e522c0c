/** What may end a sentence: `. ! ?` and their kin in all scripts (。！？ ؟ ۔ । ።), and the ellipsis. */
const terminals = /[\p{Sentence_Terminal}…⋯]+/gu

/** A full stop, and nothing else of its kind. */
const fullStop = /^[.．]$/

/** Quotation marks and brackets that close behind the end of a sentence. */
const closing = /[\p{Pe}\p{Pf}\p{Pi}"']/u

const wordCharacter = /[\p{L}\p{N}]/gu

/** Scripts that write sentences without a space between them end them with marks of their own. */
const spaced = /[.!?…⋯]/

const titles = new Set(['dr', 'mr', 'mrs', 'ms', 'prof', 'vs'])

/** A title ("Dr."), an abbreviation with stops inside ("e.g.", "U.S.") or the number of a list item ("1." in its line). */
const isAbbreviation = (text: string, at: number, next: number): boolean => {
  const before = text.slice(Math.max(0, at - 12), at)
  const word = /(?:^|[^\p{L}\p{N}.])([\p{L}\p{N}.]+)$/u.exec(before)?.[1] ?? ''
  if (titles.has(word.toLowerCase())) return true
  if (/^(?:\p{L}\.)+\p{L}$/u.test(word)) return /^\p{Ll}/u.test(text.slice(next, next + 2))
  return /(?:^|\n)[ \t]*\d{1,3}$/.test(before) && (at <= 12 || before.includes('\n'))
}

/** Where the text goes on behind marks that end a sentence; -1 if these do not: "3.14", "example.com", "e.g. this". */
const endAfter = (text: string, at: number, marks: string): number => {
  let end = at + marks.length
  while (end < text.length && closing.test(text.charAt(end))) end += 1
  if (end === text.length) return end
  const last = marks.charAt(marks.length - 1)
  const space = /^\s+/.exec(text.slice(end, end + 8))?.[0].length ?? 0
  if (space === 0) return spaced.test(last) ? -1 : end
  return fullStop.test(marks) && isAbbreviation(text, at, end + space) ? -1 : end
}

/** Where a word stands at or after the index; the end of the text if none does. */
const nextWord = (text: string, from: number): number => {
  wordCharacter.lastIndex = from
  return wordCharacter.exec(text)?.index ?? text.length
}

const countInParagraph = (text: string): number => {
  let count = 0
  let word = nextWord(text, 0)
  for (const found of text.matchAll(terminals)) {
    if (word >= text.length) break
    if (word > found.index) continue
    const end = endAfter(text, found.index, found[0])
    if (end === -1) continue
    count += 1
    word = nextWord(text, end)
  }
  return word < text.length ? count + 1 : count
}

/**
 * Sentences with at least one word. One ends with its marks ("?!" and "..." are one end) before a space, or anywhere in
 * scripts that leave no space (。), with an empty line, and with the text. ICU's sentences are not used: they end with
 * each line, and go on where the next begins with a small letter.
 */
export const countSentences = (text: string): number =>
  text.split(/\n[^\S\n]*\n/).reduce((count, paragraph) => count + countInParagraph(paragraph), 0)
