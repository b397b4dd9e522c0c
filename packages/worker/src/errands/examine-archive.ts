import { createReadStream } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { limits } from '@codetether/protocol/limits'
import { Parser, type ReadEntry } from 'tar'
import { isGit, staysInside } from './link-rule.ts'

type Kind = 'file' | 'directory' | 'link'

const kinds: Readonly<Record<string, Kind>> = {
  File: 'file',
  OldFile: 'file',
  Directory: 'directory',
  SymbolicLink: 'link',
}

/** Bytes of headers beside those of files, for each entry. */
const headerBytes = 4_096

/** What an archive says it holds; the first thing that is wrong with it is kept. */
class Contents {
  readonly kinds = new Map<string, Kind>()
  refusal: string | null = null
  #bytes = 0

  /** Takes note of an entry. */
  readonly add = (entry: ReadEntry): void => {
    entry.resume()
    this.#bytes += entry.size
    this.refusal ??= this.#refusalOf(entry)
  }

  #refusalOf({ path: given, type, linkpath = '' }: ReadEntry): string | null {
    const name = JSON.stringify(given.slice(0, 200))
    const kind = kinds[type]
    if (kind === undefined) return `${name} is a ${type}: only files, directories and symbolic links are unpacked`
    const steps = given.split('/').filter(step => step !== '' && step !== '.')
    if (given.startsWith('/') || given.includes('\\') || steps.includes('..')) return `${name} leads out of the tree`
    if (steps.some(isGit)) return `${name} belongs to git`
    const path = steps.join('/')
    if (kind === 'link' && !staysInside(path, linkpath)) return `the link ${name} leads out of the tree`
    if (path !== '') this.kinds.set(path, known(this.kinds.get(path), kind))
    if (this.kinds.size > limits.archiveEntries) return `there are more than ${limits.archiveEntries} entries`
    return this.#bytes > limits.archiveUnpackedBytes ? `there are more than ${limits.archiveUnpackedBytes} bytes` : null
  }

  /** Every directory that something is in. */
  directories(): Set<string> {
    const found = new Set<string>()
    for (const [path, kind] of this.kinds) {
      if (kind === 'directory') found.add(path)
      for (let at = posix.dirname(path); at !== '.' && !found.has(at); at = posix.dirname(at)) found.add(at)
    }
    return found
  }
}

/** A name that is there twice counts as a link if it is one of both. */
const known = (before: Kind | undefined, now: Kind): Kind => (before === 'link' ? 'link' : now)

/**
 * Looks through an archive without unpacking anything. Throws for one with an entry that leads out of the tree, by its name or by a link
 * in the archive or in the tree, or that is no file, directory or link; for what belongs to git; and for one that is too large.
 */
export async function examineArchive(
  file: string,
  { root, signal }: { root: string; signal: AbortSignal },
): Promise<{ entries: number }> {
  const contents = new Contents()
  await parse(file, contents, signal)
  for (const directory of contents.directories()) {
    signal.throwIfAborted()
    const inArchive = contents.kinds.get(directory) ?? 'directory'
    const inTree = await lstat(join(root, directory)).catch(() => null)
    if (inArchive !== 'directory' || (inTree && !inTree.isDirectory()))
      throw new Error(`The archive is refused: ${JSON.stringify(directory)} is no directory, and has something in it.`)
  }
  return { entries: contents.kinds.size }
}

async function parse(file: string, contents: Contents, signal: AbortSignal): Promise<void> {
  const parser = new Parser({ strict: true, onReadEntry: contents.add })
  const ended = Promise.withResolvers<void>()
  parser.on('end', () => ended.resolve())
  parser.on('error', (error: Error) => ended.reject(new Error(`The archive is broken: ${error.message}.`)))
  ended.promise.catch(() => undefined)
  const most = limits.archiveUnpackedBytes + limits.archiveEntries * headerBytes
  await pipeline(
    createReadStream(file),
    createGunzip(),
    async (unzipped: AsyncIterable<Buffer>) => {
      let bytes = 0
      for await (const chunk of unzipped) {
        bytes += chunk.length
        if (bytes > most) throw new Error(`The archive is refused: it has more than ${most} bytes.`)
        parser.write(chunk)
        if (contents.refusal !== null) throw new Error(`The archive is refused: ${contents.refusal}.`)
      }
    },
    { signal },
  )
  parser.end()
  await ended.promise
}
