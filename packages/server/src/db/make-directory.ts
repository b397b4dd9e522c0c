import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/**
 * Makes a directory and those above it. Not `mkdir(…, { recursive: true })`, which never returns where the kernel says
 * that a directory it has does not exist: below /proc.
 * @returns true if the directory itself is new.
 */
export async function makeDirectory(path: string): Promise<boolean> {
  try {
    await mkdir(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return false
    const above = dirname(path)
    const isMissing = codeOf(error) === 'ENOENT' && (await stat(above).catch(() => null)) === null
    if (!isMissing) throw error
    await makeDirectory(above)
    return makeDirectory(path)
  }
}
