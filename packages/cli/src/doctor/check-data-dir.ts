import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Finding } from './check.ts'

const isWritable = (path: string): Promise<boolean> =>
  access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )

/** The closest directory above that exists: what is missing below it can be created if it is writable. */
const existing = async (path: string): Promise<string> => {
  const found = await stat(path).catch(() => null)
  return found !== null || dirname(path) === path ? path : existing(dirname(path))
}

/** A directory that is there and ours, or can be made. `option` names another one. */
export const checkOwnDirectory = async (directory: string, option: string): Promise<Finding> => {
  const place = await existing(directory)
  const hint = `make ${place} writable, or choose another directory with ${option}`
  if (!(await stat(place)).isDirectory())
    return { status: 'fail', detail: `${place} is no directory`, hint: `choose another directory with ${option}` }
  if (!(await isWritable(place))) return { status: 'fail', detail: `${place} is not writable for this user`, hint }
  return { status: 'ok', detail: place === directory ? directory : `${directory} will be created` }
}

/** The directory of the embedded database and the secret: there, ours, and closed to others. */
export const checkDataDir = async (dataDir: string): Promise<Finding> => {
  const finding = await checkOwnDirectory(dataDir, '--data-dir')
  const found = await stat(dataDir).catch(() => null)
  if (finding.status !== 'ok' || found === null) return finding
  const { mode } = found
  // Others may pass through (PostgreSQL runs under another uid where root starts it), but neither list nor write.
  if (process.platform !== 'win32' && (mode & 0o066) !== 0)
    return {
      status: 'warn',
      detail: `${dataDir} is open to other users (mode ${(mode & 0o777).toString(8)})`,
      hint: `chmod go-rw ${dataDir}`,
    }
  return finding
}
