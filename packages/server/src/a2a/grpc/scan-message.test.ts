import assert from 'node:assert/strict'
import { test } from 'node:test'
import { A2AService } from '@a2a-js/sdk/server/grpc'
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { type ErrorCode, PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { scanMessage } from './scan-message.ts'
import { send10 } from './shapes.ts'

const codeOf = (bytes: Uint8Array): ErrorCode | null => {
  try {
    scanMessage(bytes, send10)
    return null
  } catch (error) {
    if (error instanceof PlatformError) return error.code
    throw error
  }
}

/** A request with this metadata beside the message. */
const withMetadata = (metadata: object): Buffer =>
  A2AService.sendMessage.requestSerialize({ tenant: '', message: undefined, configuration: undefined, metadata })

/** A message of so many parts without anything in them, which take two bytes each. */
const withParts = (count: number): Uint8Array => {
  const message = new BinaryWriter()
  for (let i = 0; i < count; i++) message.uint32(42).uint32(0)
  return new BinaryWriter().uint32(18).bytes(message.finish()).finish()
}

const nested = (levels: number): object => (levels === 0 ? {} : { a: [nested(levels - 1)] })

const tag = (field: number, wireType: number, ...bytes: number[]): Buffer =>
  Buffer.from([(field << 3) | wireType, ...bytes])

const cases: [what: string, bytes: Uint8Array, code: ErrorCode | null][] = [
  ['nothing', Buffer.alloc(0), null],
  ['JSON of every kind', withMetadata({ a: [1, -0.5, 'b', true, null, { '': {} }], _proto_: 'constructor' }), null],
  ['the largest integer', withMetadata({ a: Number.MAX_SAFE_INTEGER }), null],
  ['a larger one', withMetadata({ a: Number.MAX_SAFE_INTEGER + 1 }), 'INVALID_PARAMS'],
  ['infinity', withMetadata({ a: Number.NEGATIVE_INFINITY }), 'INVALID_PARAMS'],
  ['a forbidden key in the depth', withMetadata({ a: [{ prototype: 1 }] }), 'INVALID_PARAMS'],
  ['NUL in a key', withMetadata({ 'a\0': 1 }), 'INVALID_PARAMS'],
  ['as deep as JSON may be', withMetadata(nested(limits.jsonDepth / 2 - 1)), null],
  ['deeper', withMetadata(nested(limits.jsonDepth / 2)), 'INVALID_PARAMS'],
  ['as many values as JSON may have', withParts(limits.jsonValues - 1), null],
  ['more', withParts(limits.jsonValues), 'INVALID_PARAMS'],
  ['a field that nobody knows', tag(15, 2, 2, 0xff, 0), null],
  ['a known field of another type', tag(2, 0, 7), null],
  ['a group', tag(15, 3, (15 << 3) | 4), 'PARSE_ERROR'],
  ['the end of a group', tag(15, 4), 'PARSE_ERROR'],
  ['the field number 0', tag(0, 2, 0), 'PARSE_ERROR'],
  ['a type that does not exist', tag(2, 7), 'PARSE_ERROR'],
  ['more bytes than there are', tag(2, 2, 9), 'PARSE_ERROR'],
  ['a text that is not UTF-8', tag(1, 2, 1, 0xc0), 'PARSE_ERROR'],
]

for (const [what, bytes, code] of cases)
  test(`a message with ${what} is ${code === null ? 'let through' : `refused as ${code}`}`, () =>
    assert.equal(codeOf(bytes), code))

test('an object has at most so many keys', () => {
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]))
  assert.equal(codeOf(withMetadata(keys(limits.jsonKeysPerObject))), null)
  assert.equal(codeOf(withMetadata(keys(limits.jsonKeysPerObject + 1))), 'INVALID_PARAMS')
})
