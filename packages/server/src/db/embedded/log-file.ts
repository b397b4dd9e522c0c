import { constants } from 'node:fs'
import { type FileHandle, open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Place } from './place.ts'

const rotateBytes = 10 * 1024 * 1024
const tailLines = 12

const pathOf = (cluster: string) => join(cluster, 'postgres.log')

/** Opens the log of PostgreSQL for appending; the one before is kept once. Follows no link: the account may plant one. */
export async function openLog({ cluster, account }: Place): Promise<FileHandle> {
  const path = pathOf(cluster)
  const found = await stat(path).catch(() => null)
  if (found && found.size > rotateBytes) await rename(path, `${path}.1`)
  const { O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_WRONLY } = constants
  const file = await open(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY, 0o600)
  if (account) await file.chown(account.uid, account.gid)
  return file
}

/** The last lines of the log, from an earlier length of it on. */
export async function logTail(cluster: string, from = 0): Promise<string> {
  const content = await readFile(pathOf(cluster)).catch(() => Buffer.alloc(0))
  return content.subarray(from).toString('utf8').trimEnd().split('\n').slice(-tailLines).join('\n')
}
