import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Part } from '@codetether/protocol/message'
import { echoAgent } from './echo-agent.ts'
import { replyTo } from './testing/recording-context.ts'

const echoOf = (parts: Part[]): Promise<string> => replyTo(echoAgent, { messageId: 'm', role: 'user', parts })

test('the text comes back as it was', async () => {
  assert.equal(await replyTo(echoAgent, '  Hello, Wörld! '), 'Echo:   Hello, Wörld! ')
  assert.equal(await echoOf([{ text: 'one' }, { url: 'https://example.com' }, { text: 'two' }]), 'Echo: one\ntwo')
})

test('a message without text is answered with the parts that arrived', async () => {
  assert.equal(await echoOf([{ data: { a: 1 } }]), 'Echo: no text, but 1 data part')
  assert.equal(
    await echoOf([{ raw: 'aGk=' }, { data: 1 }, { blob: { id: 'b', chars: 9 } }, { url: 'https://example.com' }]),
    'Echo: no text, but 2 files, 1 data part, and 1 file by link',
  )
  assert.equal(await echoOf([{ url: 'a:' }, { url: 'b:' }]), 'Echo: no text, but 2 files by link')
  assert.equal(await echoOf([]), 'Echo: a message without parts')
})

test('nothing is accepted without a target', () => {
  assert.equal(echoAgent.accepts('echo hello'), false)
})
