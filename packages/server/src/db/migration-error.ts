import { PlatformError } from '@codetether/protocol/errors'
import { DatabaseError } from 'pg'
import type { Migration } from './migration-files.ts'

/** Names the file and, where PostgreSQL knows it, the line and the line within a function. */
export function migrationError({ name, sql }: Migration, cause: unknown): PlatformError {
  if (!(cause instanceof DatabaseError)) return new PlatformError('INTERNAL', `migration ${name} failed`, { cause })
  const place = cause.position === undefined ? name : `${name}:${lineAt(sql, Number(cause.position))}`
  const more = [cause.detail, cause.hint, cause.where].filter(Boolean).join('; ').replaceAll('\n', '; ')
  const message = `migration ${place} failed: ${cause.message}${more && ` (${more})`}`
  return new PlatformError('INTERNAL', `${message}. It changed nothing; the migrations before it are applied`, {
    cause,
  })
}

/** PostgreSQL counts characters from 1, which are not JavaScript's units. */
const lineAt = (sql: string, position: number): number =>
  [...sql].slice(0, position - 1).filter(character => character === '\n').length + 1
