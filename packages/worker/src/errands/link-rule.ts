import { posix } from 'node:path'

/**
 * Whether a symbolic link stays in its tree, by what it says. Steps up stand at its beginning only: there they are counted from a real
 * directory, behind another link they could lead anywhere.
 * @param path of the link from the root of the tree, with slashes
 */
export function staysInside(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/') || target.includes('\\') || target.includes('\0')) return false
  const steps = target.split('/').filter(step => step !== '' && step !== '.')
  const ups = steps.findIndex(step => step !== '..')
  if (ups >= 0 && steps.slice(ups).includes('..')) return false
  const led = posix.normalize(posix.join(posix.dirname(path), target))
  return led !== '..' && !led.startsWith('../') && !led.split('/').some(isGit)
}

/** What git believes of a repository, commands to run among that: it comes from git and from nobody else. */
export const isGit = (name: string): boolean => name.toLowerCase() === '.git'
