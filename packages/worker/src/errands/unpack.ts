import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar'
import type { Finish } from '../runtimes/runtime.ts'
import type { ErrandApi } from './errand-api.ts'
import { examineArchive } from './examine-archive.ts'

export interface UnpackErrand {
  /** The tree. */
  path: string
  /** For the file on its way. */
  directory: string
  api: ErrandApi
  signal: AbortSignal
}

/** Fetches the archive of a codebase and unpacks it into its tree. */
export async function unpackFrom({ path, directory, api, signal }: UnpackErrand): Promise<Finish> {
  const file = join(directory, `${randomUUID()}.tar.gz`)
  try {
    await pipeline(await api.getArchive(), createWriteStream(file, { flags: 'wx', mode: 0o600 }), { signal })
    const { entries } = await unpackTree(file, { root: path, signal })
    return { status: 'completed', result: `Unpacked ${entries} files and directories into ${path}.` }
  } finally {
    await rm(file, { force: true })
  }
}

/**
 * Unpacks an archive over a tree: what has the same name is replaced, everything else stays. All of it is examined before anything is
 * written. Throws for an archive with anything in it that could reach beyond the tree.
 */
export async function unpackTree(
  file: string,
  { root, signal }: { root: string; signal: AbortSignal },
): Promise<{ entries: number }> {
  const examined = await examineArchive(file, { root, signal })
  await extract({
    file,
    cwd: root,
    strict: true,
    preserveOwner: false,
    preservePaths: false,
    // The directory itself stays as it is.
    filter: path => !signal.aborted && path.replaceAll(/^\.?\/*/g, '') !== '',
    onReadEntry(entry) {
      entry.mode = (entry.mode ?? 0o644) & 0o777
    },
  })
  signal.throwIfAborted()
  return examined
}
