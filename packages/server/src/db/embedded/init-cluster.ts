import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PlatformError } from '@codetether/protocol/errors'
import type { Log } from '../address.ts'
import type { Place } from './place.ts'
import { runProgram } from './run-program.ts'
import { putInPlace, removeAbandoned, temporaryFor } from './temporary.ts'

export const superuser = 'postgres'
const passwordFile = 'codetether.password'

/**
 * Creates the cluster if it is missing. It is made beside its place and renamed when it is complete and on disk: a
 * process that is killed in between leaves nothing that looks like a cluster.
 */
export async function ensureCluster(place: Place, log: Log): Promise<void> {
  if (await stat(place.cluster).catch(() => null)) return
  await removeAbandoned(place.cluster)
  log('creating the database cluster')
  const temporary = temporaryFor(place.cluster)
  const cluster = join(temporary, 'cluster')
  const password = join(temporary, 'password')
  try {
    await makeOwn(temporary, place)
    await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true })
    if (place.account) await chown(password, place.account.uid, place.account.gid)
    await initdb(place, cluster, password)
    await rename(password, join(cluster, passwordFile))
    await sync(cluster)
    await putInPlace(cluster, place.cluster)
    await sync(dirname(place.cluster))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PlatformError('UNAVAILABLE', `PostgreSQL could not create ${place.cluster}: ${reason}`, { cause })
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** The password of the superuser of a cluster. */
export async function superuserPassword(place: Place): Promise<string> {
  const path = join(place.cluster, passwordFile)
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const message = `${path} cannot be read: ${place.cluster} was not made by CodeTether, or belongs to another user`
    throw new PlatformError('CONFLICT', message, { cause })
  }
}

async function makeOwn(directory: string, { account }: Place): Promise<void> {
  await mkdir(directory)
  await chmod(directory, 0o700)
  if (account) await chown(directory, account.uid, account.gid)
}

/** Its own fsync of all files stays on: measured, it costs less than the noise of 0.6 s on a solid-state disk. */
const initdb = (place: Place, cluster: string, password: string): Promise<void> =>
  runProgram(place, 'initdb', [
    ...['-D', cluster, '-U', superuser, '-A', 'scram-sha-256', `--pwfile=${password}`, '--no-instructions'],
    ...['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
  ])

/** Puts the names in a directory on disk. Windows has no such call and needs none. */
async function sync(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  await handle.sync().finally(() => handle.close())
}
