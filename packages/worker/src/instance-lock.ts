import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError } from '@codetether/protocol/errors'

const fileName = 'worker.lock'
const tries = 10

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** When a process was started, in ticks since the boot: a later one with the same id has another. '' where nothing tells. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name of the program, in parentheses, may have spaces.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
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

/** The id of the process that works on a data directory. Null if none does. */
export async function workerOn(dataDir: string): Promise<number | null> {
  const owner = await readFile(join(dataDir, fileName), 'utf8').catch(() => '')
  return (await isAlive(owner)) ? Number(owner.split(' ')[0]) : null
}

/**
 * Makes this process the only worker of a data directory until it is disposed or the process ends. What a dead process has left is
 * moved away before it is looked at again, so that of two that find it only one goes on. Throws CONFLICT if a worker runs there.
 */
export async function lockInstance(dataDir: string): Promise<AsyncDisposable> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, fileName)
  const own = join(dataDir, `${fileName}.${randomUUID()}`)
  await writeFile(own, await ownerOf(process.pid), { mode: 0o600 })
  try {
    for (let n = 0; n < tries; n++) {
      if (await linked(own, path)) return { [Symbol.asyncDispose]: () => rm(path, { force: true }) }
      await removeDead(path, dataDir)
    }
    throw inUse(dataDir, null)
  } finally {
    await rm(own, { force: true })
  }
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

async function removeDead(path: string, dataDir: string): Promise<void> {
  const owner = await readFile(path, 'utf8').catch(() => '')
  if (await isAlive(owner)) throw inUse(dataDir, owner)
  const aside = `${path}.${randomUUID()}`
  const isMoved = await rename(path, aside).then(
    () => true,
    () => false,
  )
  if (!isMoved) return
  // Somebody else may have come first: then this is a living one's, and goes back.
  const moved = await readFile(aside, 'utf8').catch(() => '')
  if (await isAlive(moved)) await linked(aside, path)
  await rm(aside, { force: true })
}

const inUse = (dataDir: string, owner: string | null): PlatformError =>
  new PlatformError(
    'CONFLICT',
    `a worker runs on ${dataDir} already${owner ? ` (process ${owner.split(' ')[0]})` : ''}`,
    {
      metadata: { dataDir },
    },
  )
