import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Is git on the PATH? */
export const hasGit = (): Promise<boolean> =>
  promisify(execFile)('git', ['--version']).then(
    () => true,
    () => false,
  )

export const gitHint = 'install it, or put it on the PATH of the worker'
