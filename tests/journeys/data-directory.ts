import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { until } from './until.ts'

/** An empty directory with a place for a server's data. Disposing ends the PostgreSQL on it, if any, and removes it. */
export interface DataDirectory extends AsyncDisposable {
  /** Empty: where commands are run, so that no `.env` file is near. */
  path: string
  dataDir: string
  /** The pid in PostgreSQL's own lock file; null without one. */
  postgresPid(): number | null
}

/** False also for a process that has ended and that nobody has asked about yet: init does not, in some containers. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

const killNow = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

const guards = new Set<() => void>()
const endAll = () => {
  for (const kill of guards) kill()
}
// A test that has timed out hangs in an await and disposes nothing: without its processes, it goes on.
after(endAll)
process.on('exit', endAll)

/** Kills a process that a test has started at the end of the test's file, unless it is disposed before. */
export function endsWithUs(pidNow: () => number | null): Disposable & { kill(): void } {
  const kill = () => {
    const pid = pidNow()
    if (pid !== null) killNow(pid)
  }
  guards.add(kill)
  return { kill, [Symbol.dispose]: () => void guards.delete(kill) }
}

export async function dataDirectory(name = 'data'): Promise<DataDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'codetether-journey-'))
  // PostgreSQL may run under another uid, which has to pass.
  await chmod(path, 0o711)
  const dataDir = join(path, name)
  const postgresPid = () => {
    try {
      return Number(readFileSync(join(dataDir, 'pg', '18', 'postmaster.pid'), 'utf8').split('\n')[0])
    } catch {
      return null
    }
  }
  // A file that was left behind may hold the pid of anybody.
  const isOurs = (pid: number) =>
    process.platform !== 'linux' || (isAlive(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDir))
  const ownPid = () => {
    const pid = postgresPid()
    return pid !== null && isOurs(pid) ? pid : null
  }
  const postgres = endsWithUs(ownPid)
  return {
    path,
    dataDir,
    postgresPid,
    async [Symbol.asyncDispose]() {
      const pid = ownPid()
      postgres.kill()
      postgres[Symbol.dispose]()
      if (pid !== null) await until(`PostgreSQL ${pid} to end`, async () => !isAlive(pid))
      await rm(path, { recursive: true, force: true })
    },
  }
}
