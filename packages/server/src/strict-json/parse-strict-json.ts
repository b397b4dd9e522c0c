import { PlatformError } from '@codetether/protocol/errors'
import type { Json } from '@codetether/protocol/json'
import { limits } from '@codetether/protocol/limits'
import { scanJson } from './scan-json.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * Parses JSON that somebody else wrote. Refuses what JSON.parse lets through and the database or the next reader
 * cannot hold: duplicate keys, keys that reach prototypes, NUL, lone surrogates, numbers that lose digits, great depth.
 * Throws PARSE_ERROR, INVALID_REQUEST (duplicate keys) or INVALID_PARAMS.
 */
export function parseStrictJson(body: Buffer): Json {
  let text: string
  try {
    text = decoder.decode(body)
  } catch (cause) {
    throw new PlatformError('PARSE_ERROR', 'the body is not UTF-8', { cause })
  }
  // Checked before JSON.parse, which builds a million levels or values that nothing can walk afterwards.
  const violation = scanJson(text, {
    maxDepth: limits.jsonDepth,
    maxKeys: limits.jsonKeysPerObject,
    maxValues: limits.jsonValues,
  })
  if (violation?.kind === 'shape') throw violation.error
  let value: Json
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new PlatformError('PARSE_ERROR', 'the body is not JSON', { cause })
  }
  if (violation) throw violation.error
  return value
}
