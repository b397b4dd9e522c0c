import { createHash } from 'node:crypto'
import { chmod, chown, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { PlatformError } from '@codetether/protocol/errors'
import { ensureDataDir } from '../data-dir.ts'
import { makeDirectory } from '../make-directory.ts'
import { type Account, canReach, pass } from './access.ts'
import { chooseAccount } from './account.ts'
import { installedTree, usableTree } from './native-tree.ts'

/** Data of one major version never starts under another. */
const major = 18

/** Where the cluster lives and who runs it. */
export interface Place {
  /** PostgreSQL's own data directory. */
  readonly cluster: string
  /** The tree with the programs. */
  readonly native: string
  /** Under whom they run; ourselves if absent. */
  readonly account?: Account
  /** What the user should be told about this choice. */
  readonly notice?: string
}

/** Where clusters go that root cannot keep in the data directory. */
export const defaultSharedDir = '/var/lib/codetether'

const sharedFor = (home: string, sharedDir: string): string => {
  const digest = createHash('sha256').update(home).digest('hex').slice(0, 8)
  return join(sharedDir, `${basename(home).replace(/^\.+/, '')}-${digest}`)
}
const clusterIn = (base: string) => join(base, 'pg', String(major))
const exists = async (path: string) => (await stat(path).catch(() => null)) !== null

/** Does a data directory have a cluster? Creates nothing. */
export async function hasCluster(dataDir: string, sharedDir: string = defaultSharedDir): Promise<boolean> {
  const home = await realpath(dataDir).catch(() => null)
  if (home === null) return false
  return (await exists(clusterIn(home))) || exists(clusterIn(sharedFor(home, sharedDir)))
}

/** Finds the cluster of a data directory, or the place where it shall be, and creates the directory above it. */
export async function choosePlace(dataDir: string, sharedDir: string): Promise<Place> {
  await ensureDataDir(dataDir)
  const home = await realpath(dataDir)
  const account = await chooseAccount(clusterIn(home), home)
  const base = account === undefined ? home : await chooseBase(home, sharedDir, account)
  const cluster = clusterIn(base)
  await makeParents(base, account)
  const found = await stat(cluster).catch(() => null)
  if (account !== undefined && found !== null && found.uid !== account.uid) {
    const way = `chown -R ${account.uid}:${account.gid} ${cluster}`
    throw new PlatformError('CONFLICT', `${cluster} belongs to uid ${found.uid}; PostgreSQL cannot run as it: ${way}`)
  }
  const native = await usableTree(await installedTree(), join(base, 'pg'), account)
  const elsewhere = `PostgreSQL does not run as root; uid ${account?.uid} cannot reach ${home}, so the data is in ${cluster}`
  return { cluster, native, ...(account && { account }), ...(base !== home && { notice: elsewhere }) }
}

/**
 * The data directory itself, or where its owner cannot let the account through (a checkout below /root) one below
 * `sharedDir`. Existing data decides, so a later change of modes never starts an empty database beside it.
 */
async function chooseBase(home: string, sharedDir: string, account: Account): Promise<string> {
  const shared = sharedFor(home, sharedDir)
  const reachable = await canReach(account, home, pass)
  if (await exists(clusterIn(home))) {
    if (reachable) return home
    const message = `the data in ${home} is out of reach for uid ${account.uid}, under which PostgreSQL runs; let it pass with chmod o+x on that directory and those above it`
    throw new PlatformError('CONFLICT', message)
  }
  return reachable && !(await exists(clusterIn(shared))) ? home : shared
}

/**
 * Directories that the account passes through, whatever the umask. They belong to whoever owns the data directory, so
 * that a start as root does not lock them out.
 */
async function makeParents(base: string, account: Account | undefined): Promise<void> {
  for (const directory of [dirname(base), base, join(base, 'pg')]) {
    if (!(await makeDirectory(directory))) continue
    await chmod(directory, 0o755)
    const above = await stat(dirname(directory))
    if (account !== undefined) await chown(directory, above.uid, above.gid)
  }
}
