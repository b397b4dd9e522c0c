import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/**
 * Makes a directory and those above it. Not `mkdir(…, { recursive: true })`, which never returns where the kernel says
 * that a directory it has does not exist: below /proc.
 * @returns true if the directory itself is new.
 */
export async function makeDirectory(path: string, isRepeated = false): Promise<boolean> {
  try {
    await mkdir(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return false
    if (codeOf(error) !== 'ENOENT') throw error
    const above = dirname(path)
    // Somebody else may have made what is above meanwhile: then once more.
    if (!(await exists(above))) await makeDirectory(above)
    else if (isRepeated) throw error
    return makeDirectory(path, true)
  }
}
