import assert from 'node:assert/strict'
import { test } from 'node:test'
import { strangeAnswer } from './read-json.ts'

const bodies: [what: string, body: string, said: string][] = [
  ['an error of v1.0', '{"error":{"code":413,"status":"X","message":"a body is too large"}}', ': a body is too large'],
  ['an error of v0.3', '{"code":-31413,"message":"a body is too large"}', ': a body is too large'],
  ['JSON that is no error', '{"a":\n 1}', ': {"a": 1}'],
  ['text', 'go\naway', ': go away'],
  ['a page', '<html>no</html>', ''],
  ['nothing', '', ''],
]
for (const [what, body, said] of bodies)
  test(`${what} is told in its own words`, () => {
    const { message } = strangeAnswer(new Response(body, { status: 413 }), body)
    assert.equal(message, ` answers HTTP 413${said}`)
  })
