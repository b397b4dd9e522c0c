import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import type { Part } from '@codetether/protocol/message'
import { checkParts, checkReply } from './media-types.ts'

const agent = (modes: { inputModes?: string[]; outputModes?: string[] }) => ({
  ...{ name: 'Prober', inputModes: null, outputModes: ['text/plain'] },
  ...modes,
})

function refusalOf(check: () => unknown): PlatformError | null {
  try {
    check()
    return null
  } catch (error) {
    assert.ok(error instanceof PlatformError)
    return error
  }
}

const codeOf = (check: () => unknown): string | null => refusalOf(check)?.code ?? null

const modes: [accepted: string[] | undefined, code: string | null][] = [
  [undefined, null],
  [[], null],
  [['text/plain'], null],
  [['text'], null],
  [['text/*'], null],
  [['*/*'], null],
  [['*'], null],
  [['TEXT/Plain'], null],
  [['text/plain; charset=utf-8'], null],
  [['text/plain ;q=0.5'], null],
  [[' text/plain'], null],
  [['image/png', 'text/plain'], null],
  [['image/png'], 'CONTENT_TYPE_NOT_SUPPORTED'],
  [['application/json', 'text/html'], 'CONTENT_TYPE_NOT_SUPPORTED'],
  [['text/plainer'], 'CONTENT_TYPE_NOT_SUPPORTED'],
  [['x;text/plain'], 'CONTENT_TYPE_NOT_SUPPORTED'],
  [[''], 'CONTENT_TYPE_NOT_SUPPORTED'],
  [['/'], 'CONTENT_TYPE_NOT_SUPPORTED'],
]

for (const [acceptedOutputModes, code] of modes)
  test(`answers in ${JSON.stringify(acceptedOutputModes) ?? 'any form'} are ${code ? 'refused' : 'possible'}`, () => {
    assert.equal(
      codeOf(() => checkReply(agent({}), acceptedOutputModes ?? [])),
      code,
    )
  })

test('an agent that answers with data is there for callers that accept data, and for no others', () => {
  const outputModes = ['application/json', 'image/png']
  for (const accepted of [['application/json'], ['application/*'], ['image/*'], ['text/plain', 'image/png'], []])
    assert.equal(
      codeOf(() => checkReply(agent({ outputModes }), accepted)),
      null,
      accepted.join(),
    )
  const refusal = refusalOf(() => checkReply(agent({ outputModes }), ['text/plain']))
  assert.deepEqual(
    [refusal?.code, refusal?.details.metadata],
    ['CONTENT_TYPE_NOT_SUPPORTED', { supported: outputModes }],
  )
})

const parts: [part: Part, type: string][] = [
  [{ text: 'x' }, 'text/plain'],
  [{ text: 'x', mediaType: 'text/markdown' }, 'text/markdown'],
  [{ data: {} }, 'application/json'],
  [{ raw: 'AAAA' }, 'application/octet-stream'],
  [{ raw: 'AAAA', mediaType: 'Image/PNG' }, 'image/png'],
  [{ url: 'https://a.example/' }, 'application/octet-stream'],
]

for (const [part, type] of parts)
  test(`${JSON.stringify(part)} is a part of the type ${type}`, () => {
    assert.equal(
      codeOf(() => checkParts(agent({ inputModes: [type] }), [part])),
      null,
    )
    assert.equal(
      codeOf(() => checkParts(agent({ inputModes: [`${type.split('/')[0]}/*`] }), [part])),
      null,
    )
    assert.equal(
      codeOf(() => checkParts(agent({}), [part])),
      null,
    )
    const refusal = refusalOf(() => checkParts(agent({ inputModes: ['video/mp4'] }), [{ data: 1 }, part]))
    assert.deepEqual(
      [refusal?.code, refusal?.details.metadata],
      ['CONTENT_TYPE_NOT_SUPPORTED', { supported: ['video/mp4'] }],
    )
  })
