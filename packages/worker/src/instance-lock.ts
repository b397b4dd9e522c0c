import { randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError } from '@codetether/protocol/errors'

/** Numbered: whoever finds only locks of the dead takes the next number, which one can have. */
const form = /^worker\.lock\.(\d{1,15})$/
const tries = 10

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/**
 * When a process was started, in ticks since the boot: a later one with the same id has another. '' where nothing tells. One that has ended
 * and that its parent has not asked about (Z), which is how the first process of many containers leaves what was killed, is 'ended'.
 */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name of the program, in parentheses, may have spaces.
  const [state, ...facts] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' ? 'ended' : (facts[18] ?? '')
}

const ownerOf = async (pid: number): Promise<string> => `${pid} ${await startOf(pid)}`

async function isAlive(owner: string): Promise<boolean> {
  const pid = Number(owner.split(' ')[0])
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false
  }
  return owner === (await ownerOf(pid))
}

interface Lock {
  number: number
  path: string
  owner: string
}

/** The locks of a directory, those of the dead too. */
async function locksIn(dataDir: string): Promise<Lock[]> {
  const names = await readdir(dataDir).catch(() => [])
  const found = names.flatMap(name => {
    const number = form.exec(name)?.[1]
    return number === undefined ? [] : [{ number: Number(number), path: join(dataDir, name) }]
  })
  return Promise.all(found.map(async lock => ({ ...lock, owner: await readFile(lock.path, 'utf8').catch(() => '') })))
}

async function firstAlive(locks: readonly Lock[]): Promise<Lock | null> {
  for (const lock of locks) if (await isAlive(lock.owner)) return lock
  return null
}

/** The id of the process that works on a data directory. Null if none does. */
export async function workerOn(dataDir: string): Promise<number | null> {
  const lock = await firstAlive(await locksIn(dataDir))
  return lock && Number(lock.owner.split(' ')[0])
}

/**
 * Makes this process the only worker of a data directory until it is disposed or the process ends. Who has a lock looks around once more:
 * of two that could not see each other before, at least one does then. Throws CONFLICT if a worker runs there.
 */
export async function lockInstance(dataDir: string): Promise<AsyncDisposable> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const own = join(dataDir, `worker.lock-${randomUUID()}`)
  await writeFile(own, await ownerOf(process.pid), { mode: 0o600 })
  try {
    for (let n = 0; n < tries; n++) {
      const path = await takeNext(own, dataDir)
      if (path === null) continue
      const others = (await locksIn(dataDir)).filter(lock => lock.path !== path)
      const other = await firstAlive(others)
      for (const lock of other ? [] : others) await rm(lock.path, { force: true })
      const release = () => rm(path, { force: true })
      if (!other) return { [Symbol.asyncDispose]: release }
      await release()
      throw inUse(dataDir, other.owner)
    }
    throw inUse(dataDir, null)
  } finally {
    await rm(own, { force: true })
  }
}

/** @returns the place of the lock, or null if somebody was faster. */
async function takeNext(own: string, dataDir: string): Promise<string | null> {
  const locks = await locksIn(dataDir)
  const other = await firstAlive(locks)
  if (other) throw inUse(dataDir, other.owner)
  const path = join(dataDir, `worker.lock.${Math.max(0, ...locks.map(({ number }) => number)) + 1}`)
  return (await linked(own, path)) ? path : null
}

async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

const inUse = (dataDir: string, owner: string | null): PlatformError =>
  new PlatformError(
    'CONFLICT',
    `a worker runs on ${dataDir} already${owner ? ` (process ${owner.split(' ')[0]})` : ''}`,
    {
      metadata: { dataDir },
    },
  )
