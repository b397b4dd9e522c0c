import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A user of this machine, as whom PostgreSQL runs when we are root. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

export const read = 4
export const pass = 1

/** May this account do `wanted` (an OR of `read` and `pass`) with the path, as far as modes tell? Needs every directory above it to let it through. */
export async function canReach(account: Account, path: string, wanted: number): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  if (found === null) return false
  const shift = found.uid === account.uid ? 6 : found.gid === account.gid ? 3 : 0
  if (((found.mode >> shift) & wanted) !== wanted) return false
  const parent = dirname(path)
  return parent === path || canReach(account, parent, pass)
}
