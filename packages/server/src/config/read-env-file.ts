import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { ConfigError } from './config-error.ts'
import { type MalformedLine, malformedLines } from './malformed-lines.ts'
import type { Variables } from './read-sources.ts'

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

export interface EnvFile {
  variables: Variables
  malformed: readonly MalformedLine[]
}

export const noEnvFile: EnvFile = { variables: {}, malformed: [] }

/** What a `.env` file says; nothing if it does not exist. Throws ConfigError if it exists and cannot be read. */
export const readEnvFile = (path: string): EnvFile => {
  try {
    const text = readFileSync(path, 'utf8')
    return { variables: parseEnv(text), malformed: malformedLines(text) }
  } catch (error) {
    if (isMissing(error)) return noEnvFile
    const reason = error instanceof Error ? error.message : String(error)
    const description = `cannot be read: ${reason}. Make it readable or move it away.`
    throw new ConfigError([{ name: path, description }], { cause: error })
  }
}
