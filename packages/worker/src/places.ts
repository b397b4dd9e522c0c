import { lstat, readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { isUuid } from '@codetether/protocol/uuid'

/** Where a worker may work for codebases. All paths are absolute. */
export interface Places {
  /** Directories that it was given one by one. */
  codebases: readonly { path: string }[]
  /** Below this it clones remotes, each into a directory named after its codebase. Null: it clones none. No link leads there. */
  clonesDir: string | null
  /** Codebases below these are its own if nobody else has them. */
  roots: readonly string[]
}

const real = (path: string): Promise<string | null> => realpath(path).catch(() => null)

const isWithin = (directory: string, path: string): boolean =>
  path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)

/** Is this directory one in which the worker may work? What a link leads to counts, not where the link stands. */
export async function isOwnPlace(places: Places, path: string): Promise<boolean> {
  if (places.codebases.some(codebase => codebase.path === path)) return true
  const target = await real(path)
  if (target === null) return false
  if (target === path && dirname(path) === places.clonesDir && isUuid(basename(path))) return true
  return (await withinRoots(places, path)) !== null
}

/** The directory to which a path leads, if it is one below a root. Null if not. */
export async function withinRoots({ roots }: Pick<Places, 'roots'>, path: string): Promise<string | null> {
  const target = await real(path)
  const isThere =
    target !== null &&
    (await lstat(target).then(
      found => found.isDirectory(),
      () => false,
    ))
  if (!isThere) return null
  for (const root of roots) {
    const directory = await real(root)
    if (directory !== null && isWithin(directory, target)) return target
  }
  return null
}

/** The clones that are there, by the ids of their codebases. */
export async function clonesIn(clonesDir: string | null): Promise<{ id: string; path: string }[]> {
  if (clonesDir === null) return []
  const entries = await readdir(clonesDir, { withFileTypes: true }).catch(() => [])
  return entries
    .filter(entry => entry.isDirectory() && isUuid(entry.name))
    .map(({ name }) => ({ id: name, path: join(clonesDir, name) }))
}
