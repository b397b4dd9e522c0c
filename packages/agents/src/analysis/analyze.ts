import { limits } from '@codetether/protocol/limits'
import { textStatistics } from './text-statistics.ts'

const noText = 'I count the words, sentences and characters of a text. Try: "analyze text: Hello world!"'

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

const oneDecimal = (number: number): number => Math.round(number * 10) / 10

/** The reply to a text: its numbers in one line, or what to send if it is blank or above 1 MiB. */
export const analyze = (text: string): string => {
  if (text.trim() === '') return noText
  if (Buffer.byteLength(text) > limits.analysisBytes)
    return `That text is too long for me: I read up to ${limits.analysisBytes} bytes`
  const { words, sentences, characters, averageWordLength } = textStatistics(text)
  const average = averageWordLength === null ? 'none' : count(oneDecimal(averageWordLength), 'character')
  const counts = [count(words, 'word'), count(sentences, 'sentence'), count(characters, 'character')].join(', ')
  return `Text Analysis: ${counts}. Average word length: ${average}.`
}
