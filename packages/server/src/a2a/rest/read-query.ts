import { type FieldViolation, PlatformError } from '@codetether/protocol/errors'
import type { JsonObject } from '@codetether/protocol/json'

/** The fields of a request that travel in its query, and how they are written there. */
export type QueryFields = Readonly<Record<string, 'text' | 'integer' | 'boolean'>>

/** What any path takes: the version (A2A v1.0 §3.6.1), and the routing key, which this server does not use. */
const common = new Set(['A2A-Version', 'tenant'])

const booleans = new Map([
  ['true', true],
  ['false', false],
])

const violation = (field: string, description: string): FieldViolation => ({ field: field.slice(0, 256), description })

/**
 * Reads a query (A2A v1.0 §11.5) as fields of params. Numbers and booleans that are none stay texts, which the schema
 * of the params refuses. Throws INVALID_PARAMS for parameters that the path does not take or that are there twice, and for NUL.
 */
export function readQuery(query: unknown, fields: QueryFields): JsonObject {
  const read: JsonObject = {}
  const violations: FieldViolation[] = []
  for (const [name, value] of Object.entries(query ?? {})) {
    if (common.has(name)) continue
    const kind = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (kind === undefined) violations.push(violation(name, 'is no parameter of this path'))
    else if (typeof value !== 'string') violations.push(violation(name, 'is there twice'))
    else if (value.includes('\0')) violations.push(violation(name, 'contains NUL'))
    else read[name] = readValue(value, kind)
  }
  const [first] = violations
  if (!first) return read
  throw new PlatformError('INVALID_PARAMS', `invalid query: ${first.field}: ${first.description}`, {
    fieldViolations: violations.slice(0, 20),
  })
}

function readValue(text: string, kind: QueryFields[string]): string | number | boolean {
  if (kind === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text)
  return (kind === 'boolean' ? booleans.get(text) : undefined) ?? text
}
