import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { ConfigError } from './config-error.ts'
import type { Variables } from './read-sources.ts'

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** The variables of a `.env` file; none if it does not exist. Throws ConfigError if it exists and cannot be read. */
export const readEnvFile = (path: string): Variables => {
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (error) {
    if (isMissing(error)) return {}
    const reason = error instanceof Error ? error.message : String(error)
    const description = `cannot be read: ${reason}. Make it readable or move it away.`
    throw new ConfigError([{ name: path, description }], { cause: error })
  }
}
