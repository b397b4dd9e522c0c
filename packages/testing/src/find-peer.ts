import { accessSync, constants } from 'node:fs'
import { environment } from './environment.ts'

const directories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin', '/opt/homebrew/bin']

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A program that tests talk to where it is installed. */
export interface Peer {
  path: string
  /** For `test(name, { skip })`: why it is skipped, or false. */
  skip: string | false
}

/**
 * Finds a program of a Debian package that `scripts/ci-packages.sh` installs. Tests that need one that is absent are
 * skipped; where CI=true they run, and fail.
 */
export function findPeer(program: string): Peer {
  const path = directories.map(directory => `${directory}/${program}`).find(isProgram)
  const skip = path === undefined && !environment.isCi ? `${program} is not installed` : false
  return { path: path ?? program, skip }
}
