import { readFile, stat } from 'node:fs/promises'
import type { Account } from './access.ts'

const isRoot = (): boolean => process.getuid?.() === 0

/**
 * The account under which PostgreSQL runs, or undefined for our own. Only root needs another one, because PostgreSQL
 * refuses to run as root: the owner of what is there already, else `nobody`.
 */
export async function chooseAccount(cluster: string, dataDir: string): Promise<Account | undefined> {
  if (!isRoot()) return undefined
  const owner = await ownerOf(cluster)
  if (owner !== undefined) return owner
  const keeper = await ownerOf(dataDir)
  // initdb wants an account with a name. The owner may have none: a directory of the host, mounted into a container.
  if (keeper !== undefined && (await accountBy('uid', String(keeper.uid)))) return keeper
  return (await accountBy('name', 'nobody')) ?? { uid: 65_534, gid: 65_534 }
}

async function ownerOf(path: string): Promise<Account | undefined> {
  const found = await stat(path).catch(() => null)
  return found === null || found.uid === 0 ? undefined : { uid: found.uid, gid: found.gid }
}

/** Looks an account up in the list of users. */
export async function accountBy(key: 'name' | 'uid', value: string): Promise<Account | undefined> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const fields = users.split('\n').map(line => line.split(':'))
  const found = fields.find(([name, , uid]) => (key === 'name' ? name : uid) === value)
  // macOS writes -2 for 4294967294.
  return found && { uid: Number(found[2]) >>> 0, gid: Number(found[3]) >>> 0 }
}
