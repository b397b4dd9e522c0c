import { execFile } from 'node:child_process'
import { readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { isAlive, temporaryFor } from './temporary.ts'

/** The main process of a running PostgreSQL. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  /** The directory of its socket, or null where it has none. */
  readonly socketDir: string | null
}

const lockFile = (cluster: string) => join(cluster, 'postmaster.pid')

/** What runs on this cluster, or null. A lock file without its process, as after a power loss, is nothing. */
export async function findPostmaster(cluster: string): Promise<Postmaster | null> {
  const content = await readFile(lockFile(cluster), 'utf8').catch(() => '')
  // pid, data directory, start time, port, socket directory, listen address, shared memory, status.
  const [pid, , , port, socketDir] = content.split('\n')
  if (!pid || !port) return null
  const postmaster = { pid: Number(pid), port: Number(port), socketDir: socketDir || null }
  if (await isPostmaster(cluster, postmaster.pid)) return postmaster
  if (isAlive(postmaster.pid)) await discard(cluster, content)
  return null
}

/**
 * True if this process is the postmaster of this cluster. The pid alone says nothing: after a restart it may be any
 * process, and in a container it is the same few numbers every time. Our launcher names the cluster in its arguments.
 */
export async function isPostmaster(cluster: string, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false
  if (process.platform === 'linux') {
    const args = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return args.split('\0').includes(cluster)
  }
  if (process.platform === 'win32') return true
  const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }))
  return stdout.includes(cluster)
}

/**
 * PostgreSQL refuses to start over a lock file whose pid lives, whatever that process is, so a stale one is moved away.
 * If another launcher has replaced it in the meantime, its file is put back.
 */
async function discard(cluster: string, content: string): Promise<void> {
  const away = temporaryFor(lockFile(cluster))
  await rename(lockFile(cluster), away).catch(() => {})
  const moved = await readFile(away, 'utf8').catch(() => content)
  if (moved === content) await rm(away, { force: true })
  else await rename(away, lockFile(cluster))
}

/** Waits until the process is gone. False if it still runs after `timeoutMs`. */
export async function waitUntilGone(cluster: string, pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (await isPostmaster(cluster, pid)) {
    if (performance.now() > deadline) return false
    await delay(process.platform === 'linux' ? 10 : 100)
  }
  return true
}
