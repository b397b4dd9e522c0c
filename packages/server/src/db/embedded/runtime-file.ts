import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ensureDataDir } from '../data-dir.ts'
import { writeAtomic } from '../write-atomic.ts'
import { isAlive } from './temporary.ts'

/** What a running server tells the CLI about itself. Holds passwords. */
export const Runtime = z.object({
  pid: z.number().int(),
  url: z.string(),
  version: z.string(),
  startedAt: z.iso.datetime(),
  /** The superuser of the embedded database; absent where the database is an external one. */
  database: z
    .object({
      host: z.string(),
      port: z.number().int(),
      database: z.string(),
      user: z.string(),
      password: z.string(),
    })
    .optional(),
})
export type Runtime = z.infer<typeof Runtime>

const pathIn = (dataDir: string) => join(dataDir, 'runtime.json')

export async function writeRuntime(dataDir: string, runtime: Runtime): Promise<void> {
  await ensureDataDir(dataDir)
  await writeAtomic(pathIn(dataDir), `${JSON.stringify(runtime, null, 2)}\n`)
}

/** Null without a readable file. A server that was killed leaves its own behind: ask its `url` before believing it. */
export async function readRuntime(dataDir: string): Promise<Runtime | null> {
  const content = await readFile(pathIn(dataDir), 'utf8').catch(() => 'null')
  try {
    return Runtime.nullable().parse(JSON.parse(content))
  } catch {
    return null
  }
}

export async function removeRuntime(dataDir: string): Promise<void> {
  await rm(pathIn(dataDir), { force: true })
}

/**
 * The description of a server on an external database, which needs no data directory: where it cannot be written, or
 * another server stands there already, the command line has to be told where the server is. Disposing removes it.
 */
export function announceIn(
  dataDir: string,
): AsyncDisposable & { announce(server: Omit<Runtime, 'database' | 'startedAt'>): Promise<void> } {
  return {
    async announce(server) {
      const other = await readRuntime(dataDir)
      if (other !== null && other.pid !== process.pid && isAlive(other.pid)) return
      await writeRuntime(dataDir, { ...server, startedAt: new Date().toISOString() }).catch(() => undefined)
    },
    async [Symbol.asyncDispose]() {
      const left = await readRuntime(dataDir)
      if (left?.pid === process.pid && left.database === undefined) await removeRuntime(dataDir).catch(() => undefined)
    },
  }
}
