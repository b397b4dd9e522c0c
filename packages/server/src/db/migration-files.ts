import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError } from '@codetether/protocol/errors'

/** One file `NNNN_name.sql`. */
export interface Migration {
  readonly id: number
  /** The file's name. */
  readonly name: string
  readonly sql: string
  /** SHA-256 of the file with LF line ends, in hex. */
  readonly checksum: string
  /** The oldest application schema version that may run on the schema from here on, if the file says so. */
  readonly minApp?: number
}

const fileName = /^(\d{4})_[a-z0-9_]+\.sql$/
/** What stands beside the migrations without being one. */
const dumpName = 'schema.sql'
const headerLines = 10

/** Reads the migrations in order. Refuses a directory from which one is missing, or with a name it does not know. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter(name => name.endsWith('.sql') && name !== dumpName).sort()
  const migrations = await Promise.all(names.map(name => readMigration(directory, name)))
  for (const [index, { id, name }] of migrations.entries()) {
    if (id !== index + 1) throw refusal(`${name} stands where migration ${index + 1} should: numbers have no gaps`)
  }
  return migrations
}

async function readMigration(directory: string, name: string): Promise<Migration> {
  const number = fileName.exec(name)?.[1]
  if (number === undefined) throw refusal(`${name} is not named like a migration (0001_some_words.sql)`)
  const sql = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n')
  const checksum = createHash('sha256').update(sql).digest('hex')
  const minApp = declaredMinimum(sql, name)
  return { id: Number(number), name, sql, checksum, ...(minApp !== undefined && { minApp }) }
}

/** `-- app-versions: 3..` among the first lines of a migration. */
function declaredMinimum(sql: string, name: string): number | undefined {
  const header = sql
    .split('\n', headerLines)
    .find(line => line.startsWith('-- app-versions:'))
    ?.slice('-- app-versions:'.length)
    .trim()
  if (header === undefined) return undefined
  const minimum = /^(\d+)\.\.$/.exec(header)?.[1]
  if (minimum === undefined) throw refusal(`${name} declares "${header}"; app-versions are written like 3..`)
  return Number(minimum)
}

/** Why the migrations and the database do not fit together. */
export const refusal = (reason: string): PlatformError => new PlatformError('CONFLICT', `migrations refused: ${reason}`)
