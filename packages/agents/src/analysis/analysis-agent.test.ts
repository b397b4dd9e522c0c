import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { replyTo } from '../testing/recording-context.ts'
import { analysisAgent } from './analysis-agent.ts'

const replies: Record<string, string> = {
  'Hello world! How are you? Fine.': '6 words, 3 sentences, 31 characters. Average word length: 3.8 characters.',
  'analyze text: Hello world!': '2 words, 1 sentence, 12 characters. Average word length: 5 characters.',
  'Analyse this text: Hello world!': '2 words, 1 sentence, 12 characters. Average word length: 5 characters.',
  'Please analyze the text “I am”.': '2 words, 1 sentence, 4 characters. Average word length: 1.5 characters.',
  'TEXT ANALYSIS: I': '1 word, 1 sentence, 1 character. Average word length: 1 character.',
  'analysis: one\ntwo': '2 words, 1 sentence, 7 characters. Average word length: 3 characters.',
  'count words in "a bc"': '2 words, 1 sentence, 4 characters. Average word length: 1.5 characters.',
  'how many words are in "a bc"?': '2 words, 1 sentence, 4 characters. Average word length: 1.5 characters.',
  'Analyze the logs': '3 words, 1 sentence, 16 characters. Average word length: 4.7 characters.',
  '...': '0 words, 0 sentences, 3 characters. Average word length: none.',
  '👍🏽 👩‍👩‍👧': '0 words, 0 sentences, 3 characters. Average word length: none.',
  'naïve cafe\u0301': '2 words, 1 sentence, 10 characters. Average word length: 4.5 characters.',
  'ab\r\ncd': '2 words, 1 sentence, 5 characters. Average word length: 2 characters.',
  你好世界: '2 words, 1 sentence, 4 characters. Average word length: 2 characters.',
}

for (const [text, reply] of Object.entries(replies)) {
  test(`${JSON.stringify(text)} is analysed`, async () => {
    assert.equal(await replyTo(analysisAgent, text), `Text Analysis: ${reply}`)
  })
}

test('a message without a text is answered with what the agent does', async () => {
  for (const text of ['', ' \n', 'analyze text:', 'analyze text: ""'])
    assert.match(await replyTo(analysisAgent, text), /^I count the words, sentences and characters of a text/, text)
})

const accepted = [
  'analyze text: Hello world!',
  'Analyze the text "Hello world"',
  'analyse this text: add unit tests',
  'Analyze the following text: one\n\ntwo',
  "please analyze this sentence: It's fine.",
  'Text analysis: some words',
  'Text analysis of "some words".',
  'count words in "one two three"',
  'Count the words and sentences in this text: One. Two.',
  'count the words, sentences and characters of “One. Two.”',
  'How many words are in "one two three"?',
]

for (const text of accepted) {
  test(`${JSON.stringify(text)} is the Analysis agent's without a target`, () =>
    assert.equal(analysisAgent.accepts(text), true))
}

test('texts of the largest size are analysed within a second, whatever they consist of', async () => {
  const pieces = ['hello world. ', 'a', '.', ' ', '. ', '.)', 'e.g. ', 'Dr. ', '1. a\n', '\n\n', "a'", '"', '! "']
  const others = [
    '你好世界。',
    'สวัสดีชาวโลก',
    'မင်္ဂလာပါ',
    '👍🏽',
    '🇩🇪',
    'e\u0301',
    '\u0301',
    '\u200d',
    '؟ ',
    '\u{1f469}\u200d',
  ]
  await replyTo(analysisAgent, 'warm')
  for (const piece of [...pieces, ...others])
    for (const opening of ['', 'analyze text: ', 'count words in "']) {
      const room = limits.analysisBytes - opening.length
      const text = `${opening}${piece.repeat(Math.floor(room / Buffer.byteLength(piece)))}`
      const start = process.cpuUsage()
      analysisAgent.accepts(text)
      const reply = await replyTo(analysisAgent, text)
      const { user, system } = process.cpuUsage(start)
      assert.match(reply, /^Text Analysis: \d+ words?, |^I count/, JSON.stringify(piece))
      assert.ok(user + system < 1_000_000, `${(user + system) / 1000} ms for ${JSON.stringify(piece)}`)
    }
})

test('a larger text is refused with a sentence', async () => {
  assert.match(await replyTo(analysisAgent, 'é'.repeat(limits.analysisBytes / 2 + 1)), /^That text is too long for me/)
})
