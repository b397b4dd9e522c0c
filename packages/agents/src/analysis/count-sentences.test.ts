import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countSentences } from './count-sentences.ts'

const sentences: Record<string, number> = {
  '': 0,
  '...': 0,
  '?!': 0,
  '👍. 👍!': 0,
  'no end': 1,
  'Hello world! How are you? Fine.': 3,
  'all in small letters. and on it goes. really': 3,
  '3.14 is pi.': 1,
  'Pi is 3.14. Good.': 2,
  'v1.2.3 of example.com works': 1,
  'Wait... what?': 2,
  'Wait...': 1,
  'Hmm… Fine': 2,
  'Really?! Yes!!!': 2,
  'Spaced ? Yes ! Good .': 3,
  'He said "Stop!" (Twice.) Then he left.': 3,
  'Dr. Smith met Mrs. Jones. They talked.': 2,
  'Fruit, e.g. apples, i.e. food. Good.': 2,
  'I live in the U.S. You do not.': 2,
  '1. Fix it\n2. Test it': 1,
  'There were 3. Then 4.': 2,
  'One line\nof two that belong together.': 1,
  'A title\n\nA paragraph. And more.\r\n\r\nAn end': 4,
  '你好。你好吗？好！': 3,
  '「你好。」他说。': 2,
  'ﾊﾝｶｸ｡ｿｳ｡': 2,
  'هل أنت بخير؟ نعم۔ جيد': 3,
  'नमस्ते। आप कैसे हैं? ठीक है॥': 3,
  'Բարեւ։ Ինչպես ես։': 2,
  'ሰላም። እንዴት ነህ።': 2,
  '¿Qué tal? ¡Bien!': 2,
}

for (const [text, count] of Object.entries(sentences)) {
  test(`${JSON.stringify(text)} has ${count} ${count === 1 ? 'sentence' : 'sentences'}`, () =>
    assert.equal(countSentences(text), count))
}
