import { PlatformError } from '@codetether/protocol/errors'
import type { z } from 'zod'
import { wordsOf } from './words-of.ts'

/**
 * Reads parameters by their schema. `fieldName` turns the path of a field into the one that the caller has written. Throws
 * INVALID_PARAMS that names each offending field, never its value.
 */
export function parseParams<T>(
  schema: z.ZodType<T>,
  params: unknown,
  fieldName: (path: string) => string = path => path,
): T {
  const parsed = schema.safeParse(params ?? {}, { error: wordsOf })
  if (parsed.success) return parsed.data
  const fieldViolations = parsed.error.issues.slice(0, 20).map(issue => ({
    field: fieldName(issue.path.join('.')).slice(0, 256),
    description: issue.message.slice(0, 256),
  }))
  const [first] = fieldViolations
  throw new PlatformError('INVALID_PARAMS', `invalid params: ${first?.field || 'params'}: ${first?.description}`, {
    fieldViolations,
  })
}
