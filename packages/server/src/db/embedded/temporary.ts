import { randomBytes } from 'node:crypto'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

const suffix = /\.tmp-(\d+)-[0-9a-f]{12}$/
/** Pids are reused (in containers the same few every time), so an old directory is left over whoever has its pid now. */
const abandonedMs = 10 * 60_000

/** Where to prepare what will be renamed to `path` in one step when it is complete. */
export const temporaryFor = (path: string): string => `${path}.tmp-${process.pid}-${randomBytes(6).toString('hex')}`

/**
 * Puts a finished directory into its place. False if somebody else's is there already: a rename never replaces a
 * directory that has content.
 */
export async function putInPlace(temporary: string, path: string): Promise<boolean> {
  try {
    await rename(temporary, path)
    return true
  } catch (error) {
    if (await stat(path).catch(() => null)) return false
    throw error
  }
}

/** Removes what processes that were killed left beside `path`. */
export async function removeAbandoned(path: string): Promise<void> {
  const directory = dirname(path)
  for (const name of await readdir(directory)) {
    const pid = name.startsWith(`${basename(path)}.tmp-`) && suffix.exec(name)?.[1]
    if (pid && (await isAbandoned(join(directory, name), Number(pid)))) {
      // A program that outlived its launcher may still write there; then it is left to a later start.
      await rm(join(directory, name), { recursive: true, force: true }).catch(() => {})
    }
  }
}

async function isAbandoned(path: string, pid: number): Promise<boolean> {
  if (pid !== process.pid && !isAlive(pid)) return true
  const found = await stat(path).catch(() => null)
  return found !== null && Date.now() - found.mtimeMs > abandonedMs
}

/** A process with this pid exists. It may be any: see `isPostmaster`. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
