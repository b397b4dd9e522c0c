import { isUtf8 } from 'node:buffer'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { forbiddenKeys } from '../../strict-json/scan-json.ts'

/**
 * What stands in a field: a text, a key of a JSON object, a JSON number, or a message, named late because messages hold
 * each other. Other fields are passed over, as they are by the decoder.
 */
export type Field = 'text' | 'key' | 'number' | (() => Shape)

/** The fields of a message by their numbers. */
export interface Shape {
  readonly fields: Readonly<Record<number, Field>>
  /** It is a level of its own in JSON; what only wraps a value is none. */
  readonly level?: false
  /** It is a JSON object, whose keys are its caller's own. */
  readonly hasKeys?: true
}

const refuse = (message: string) => new PlatformError('INVALID_PARAMS', message)

/** How much of the limits is used up. */
interface Used {
  values: number
}

/**
 * Finds what must not come in, in the encoding of a message, before anything is built from it: depth and number of
 * values, texts that are not UTF-8 or contain NUL, keys that reach prototypes, numbers that JSON does not keep. The same
 * limits as those of a JSON body. Throws PARSE_ERROR for what is no such message, and INVALID_PARAMS.
 */
export function scanMessage(bytes: Uint8Array, shape: Shape): void {
  try {
    scan(bytes, shape, { values: 0 }, 1)
  } catch (error) {
    if (error instanceof PlatformError) throw error
    throw new PlatformError('PARSE_ERROR', 'the message is not of the type that the method takes', { cause: error })
  }
}

function scan(bytes: Uint8Array, { fields, hasKeys }: Shape, used: Used, depth: number): void {
  if (depth > limits.jsonDepth) throw refuse(`a message nested deeper than ${limits.jsonDepth} levels`)
  const reader = new BinaryReader(bytes)
  let count = 0
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    // Groups are not in the protocol, and the decoder ends a message at the end of one.
    if (wireType === WireType.StartGroup || wireType === WireType.EndGroup) throw new Error('a group')
    if (++used.values > limits.jsonValues) throw refuse(`a message with more than ${limits.jsonValues} values`)
    const field = fields[number]
    if (field === undefined || !isWritten(field, wireType)) {
      reader.skip(wireType, number)
      continue
    }
    if (hasKeys && ++count > limits.jsonKeysPerObject)
      throw refuse(`an object has more than ${limits.jsonKeysPerObject} keys`)
    if (field === 'number') checkNumber(reader.double())
    else if (typeof field === 'string') checkText(reader.bytes(), field)
    else {
      const inner = field()
      scan(reader.bytes(), inner, used, inner.level === false ? depth : depth + 1)
    }
  }
}

const isWritten = (field: Field, wireType: WireType): boolean =>
  wireType === (field === 'number' ? WireType.Bit64 : WireType.LengthDelimited)

function checkText(bytes: Uint8Array, kind: 'text' | 'key'): void {
  if (!isUtf8(bytes)) throw new PlatformError('PARSE_ERROR', 'a string is not UTF-8')
  if (bytes.includes(0)) throw refuse('a string contains NUL')
  // The longest forbidden key has eleven bytes.
  if (kind === 'key' && bytes.length < 16 && forbiddenKeys.has(Buffer.from(bytes).toString()))
    throw refuse('an object has a forbidden key')
}

function checkNumber(value: number): void {
  if (!Number.isFinite(value)) throw refuse('a number is not finite')
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) throw refuse('a number is too large to be kept exactly')
}
