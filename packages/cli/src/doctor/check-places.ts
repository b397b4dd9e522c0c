import { access, constants, stat } from 'node:fs/promises'
import { gitHint, hasGit } from '../has-git.ts'
import type { Finding } from './check.ts'
import { checkOwnDirectory } from './check-data-dir.ts'

/** A directory in which tasks work. */
export const checkCodebase = async ({ path }: { path: string }): Promise<Finding> => {
  const may = (mode: number) =>
    access(path, mode).then(
      () => true,
      () => false,
    )
  if (!(await may(constants.F_OK))) return { status: 'fail', detail: `${path} is not there`, hint: 'make it' }
  if (!(await stat(path)).isDirectory())
    return { status: 'fail', detail: `${path} is no directory`, hint: 'name the directory in which it is' }
  if (!(await may(constants.R_OK | constants.X_OK)))
    return { status: 'fail', detail: `${path} cannot be read`, hint: 'give the user of the worker access by a group' }
  if (await may(constants.W_OK)) return { status: 'ok', detail: path }
  return { status: 'warn', detail: `${path} cannot be written`, hint: 'tasks can only look at it' }
}

/** The directory below which remotes are cloned, and git. */
export const checkClones = async (directory: string): Promise<Finding> => {
  if (!(await hasGit())) return { status: 'fail', detail: 'git is not found', hint: gitHint }
  return checkOwnDirectory(directory, '--clones')
}
