import { createHash } from 'node:crypto'
import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { Context } from '../../context.ts'
import { newId } from '../../ids.ts'
import {
  type ArchiveRow,
  beginArchive,
  endArchive,
  findArchive,
  findChunk,
  type NewArchive,
  putChunk,
  removeArchive,
} from '../../store/archives.ts'
import type { Writer } from '../../store/store.ts'

const notFound = () => new PlatformError('NOT_FOUND', 'the codebase has no archive')
const gone = () => new PlatformError('NOT_FOUND', 'there is no such codebase')

export interface ArchiveSource {
  tenantId: string
  codebaseId: string
  /** Whose codebase it is. */
  principal: string
  body: AsyncIterable<Buffer>
  /** Throws what keeps the archive from being stored, at its end. */
  confirm?: (tx: Writer) => Promise<unknown>
}

/**
 * Stores a packed tree as the archive of a codebase, piece by piece. What breaks off leaves the one before it. Throws INVALID_REQUEST for
 * what is no gzip or breaks off, TOO_LARGE, RATE_LIMITED for too many archives, and NOT_FOUND if the codebase is gone meanwhile.
 */
export async function storeArchive(ctx: Context, source: ArchiveSource): Promise<ArchiveRow> {
  const { tenantId, codebaseId, principal, body, confirm } = source
  const archive: NewArchive = { tenantId, id: newId(), codebaseId, principal }
  if (!(await ctx.store.write(tenantId, tx => beginArchive(tx, archive))))
    throw new PlatformError('RATE_LIMITED', `at most ${limits.archivesPerPrincipal} archives are kept`, {
      retryAfter: limits.archiveKeptMs / 1000,
    })
  try {
    const { bytes, sha256 } = await storeChunks(ctx, archive, body)
    const isStored = await ctx.store.transact(tenantId, async tx => {
      await confirm?.(tx)
      return endArchive(tx, { ...archive, bytes, sha256 })
    })
    if (!isStored) throw gone()
    return { id: archive.id, bytes, sha256: sha256.toString('hex') }
  } catch (error) {
    await ctx.store.write(tenantId, tx => removeArchive(tx, tenantId, archive.id)).catch(() => undefined)
    throw error
  }
}

async function storeChunks({ store, config }: Context, { tenantId, id }: NewArchive, body: AsyncIterable<Buffer>) {
  const most = config.codebases.archiveBytes
  const hash = createHash('sha256')
  let bytes = 0
  let n = 0
  for await (const content of inChunks(body)) {
    if (n === 0 && (content[0] !== 0x1f || content[1] !== 0x8b)) throw notPacked()
    bytes += content.length
    if (bytes > most) throw new PlatformError('TOO_LARGE', `an archive has at most ${most} bytes`)
    hash.update(content)
    const chunk = { tenantId, id, n, content }
    if (!(await store.write(tenantId, tx => putChunk(tx, chunk)))) throw gone()
    n += 1
  }
  if (n === 0) throw notPacked()
  return { bytes, sha256: hash.digest() }
}

const notPacked = () => new PlatformError('INVALID_REQUEST', 'the body is no gzip: send a tar.gz')

/** The same bytes in pieces of one size. */
async function* inChunks(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = []
  let size = 0
  for await (const piece of unbroken(body)) {
    held.push(piece)
    size += piece.length
    if (size < limits.archiveChunkBytes) continue
    const all = Buffer.concat(held)
    let from = 0
    for (; all.length - from >= limits.archiveChunkBytes; from += limits.archiveChunkBytes)
      yield all.subarray(from, from + limits.archiveChunkBytes)
    held = [all.subarray(from)]
    size = all.length - from
  }
  if (size > 0) yield Buffer.concat(held)
}

async function* unbroken(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* body
  } catch (error) {
    throw new PlatformError('INVALID_REQUEST', 'the body broke off', { cause: error })
  }
}

/** An archive by its id. Throws NOT_FOUND. */
export async function getArchive({ store }: Context, tenantId: string, id: string | null): Promise<ArchiveRow> {
  const archive = id === null ? null : await store.read(tenantId, tx => findArchive(tx, tenantId, id))
  if (!archive) throw notFound()
  return archive
}

/** The bytes of an archive, one piece in memory at a time. Throws NOT_FOUND if it goes before its reader has it. */
export async function* readArchive(
  { store }: Context,
  tenantId: string,
  { id, bytes }: ArchiveRow,
): AsyncGenerator<Buffer> {
  let sent = 0
  for (let n = 0; sent < bytes; n += 1) {
    const content = await store.read(tenantId, tx => findChunk(tx, tenantId, id, n))
    if (!content) throw notFound()
    sent += content.length
    yield content
  }
}
