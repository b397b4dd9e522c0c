import { countSentences } from './count-sentences.ts'

export interface TextStatistics {
  words: number
  sentences: number
  /** What a reader sees as one: "é" and "👍🏽" are one each, and so is a space. */
  characters: number
  /** Characters per word; null without words. */
  averageWordLength: number | null
}

const words = new Intl.Segmenter('en', { granularity: 'word' })
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ascii = /^[\u0000-\u007f]*$/

const countAll = (items: Iterable<unknown>): number => {
  let count = 0
  for (const _ of items) count += 1
  return count
}

const countCharacters = (text: string): number =>
  ascii.test(text) ? text.replaceAll('\r\n', '\n').length : countAll(graphemes.segment(text))

/** Counts words as a reader of the language does: "don't" and "3.14" are one, 你好世界 is two, an emoji is none. */
export const textStatistics = (text: string): TextStatistics => {
  const found: string[] = []
  for (const { segment, isWordLike } of words.segment(text)) if (isWordLike) found.push(segment)
  return {
    words: found.length,
    sentences: countSentences(text),
    characters: countCharacters(text),
    averageWordLength: found.length === 0 ? null : countCharacters(found.join('')) / found.length,
  }
}
