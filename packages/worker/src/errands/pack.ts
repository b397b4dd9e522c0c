import { randomUUID } from 'node:crypto'
import { createWriteStream, readlinkSync, type Stats } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { limits } from '@codetether/protocol/limits'
import { create } from 'tar'
import type { Finish, RuntimeIo } from '../runtimes/runtime.ts'
import type { ErrandApi } from './errand-api.ts'
import { isGit, staysInside } from './link-rule.ts'

export interface PackErrand {
  /** The tree. */
  path: string
  /** For the file on its way. */
  directory: string
  api: ErrandApi
  io: RuntimeIo
  signal: AbortSignal
}

/** Packs a tree and sends it to the server as the archive of its codebase. */
export async function packInto({ path, directory, api, io, signal }: PackErrand): Promise<Finish> {
  const file = join(directory, `${randomUUID()}.tar.gz`)
  try {
    const { entries, left } = await packTree(path, { file, signal })
    if (left.length > 0)
      await io.output('system', `left out, for they lead outside or are no files: ${left.join(', ')}\n`)
    await api.putArchive(file)
    return { status: 'completed', result: `Packed ${entries} files and directories of ${path}.` }
  } finally {
    await rm(file, { force: true })
  }
}

/** Every file is packed by itself, also one with several names. */
class NoHardLinks extends Map {
  override set(): this {
    return this
  }
}

/** How many of the names that were left out are told. */
const toldAtMost = 20

/** What of a tree goes into an archive, and how much that is. */
class Selection {
  entries = 0
  bytes = 0
  readonly left: string[] = []
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  get isTooLarge(): boolean {
    return this.entries > limits.archiveEntries || this.bytes > limits.archiveUnpackedBytes
  }

  readonly takes = (given: string, stat: Stats): boolean => {
    const path = given.replace(/^\.\//, '')
    if (path.split('/').some(isGit) || this.isTooLarge) return false
    const isKept = stat.isSymbolicLink()
      ? staysInside(path, readlinkSync(join(this.#root, path)))
      : stat.isFile() || stat.isDirectory()
    if (!isKept) {
      if (this.left.length < toldAtMost) this.left.push(path)
      return false
    }
    this.entries += 1
    this.bytes += stat.isFile() ? stat.size : 0
    return !this.isTooLarge
  }
}

/**
 * Packs a tree without what git keeps of it, and without links that lead outside, sockets and devices. Files that vanish meanwhile are left
 * out. Throws for a tree that is too large.
 */
async function packTree(
  root: string,
  { file, signal }: { file: string; signal: AbortSignal },
): Promise<{ entries: number; left: readonly string[] }> {
  const selection = new Selection(root)
  const filter = (path: string, stat: Stats | object) => 'isFile' in stat && selection.takes(path, stat)
  const packed = create({ cwd: root, gzip: true, portable: true, linkCache: new NoHardLinks(), filter }, ['.'])
  await pipeline(Readable.from(packed, { objectMode: false }), createWriteStream(file, { flags: 'wx', mode: 0o600 }), {
    signal,
  })
  if (selection.isTooLarge)
    throw new Error(
      `The tree has more than ${limits.archiveEntries} entries or ${limits.archiveUnpackedBytes} bytes, too much for an archive.`,
    )
  return selection
}
