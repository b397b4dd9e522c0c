import { limits } from '@codetether/protocol/limits'
import { statement } from './statement.ts'
import type { Reader, SystemWriter, Writer } from './store.ts'

/** Which archive, and whose. */
export interface NewArchive {
  tenantId: string
  id: string
  codebaseId: string
  principal: string
}

const begin = statement(`
  insert into archives (tenant_id, id, codebase_id, principal, stale_at)
  select $1, $2, $3, $4, now() + interval '${limits.archiveKeptMs} ms'
  where (select count(*) from archives where tenant_id = $1 and principal = $4) < ${limits.archivesPerPrincipal}
  returning id`)

/** Begins to store an archive. @returns false if its owner has too many. */
export const beginArchive = async (tx: Writer, { tenantId, id, codebaseId, principal }: NewArchive): Promise<boolean> =>
  (await tx.query(begin, [tenantId, id, codebaseId, principal])).length > 0

const insertChunk = statement(`
  insert into archive_chunks (tenant_id, archive_id, n, content)
  select $1, $2, $3, $4 where exists (select from archives where tenant_id = $1 and id = $2 and sha256 is null)
  returning n`)

/** Stores a piece, in their order from 0. @returns false if the archive is not being stored any more. */
export const putChunk = async (
  tx: Writer,
  { tenantId, id, n, content }: { tenantId: string; id: string; n: number; content: Buffer },
): Promise<boolean> => (await tx.query(insertChunk, [tenantId, id, n, content])).length > 0

const end = statement(`
  with done as (
    update archives a set bytes = $4, sha256 = $5, stale_at = null
    where tenant_id = $1 and id = $2 and sha256 is null and exists (
      select from codebases c where c.tenant_id = $1 and c.id = $3)
    returning id
  ), replaced as (
    update archives set stale_at = now() + interval '${limits.archiveKeptMs} ms'
    where tenant_id = $1 and codebase_id = $3 and id <> $2 and stale_at is null
  )
  update codebases set archive_id = (select id from done), updated_at = now()
  where tenant_id = $1 and id = $3 and exists (select from done) returning id`)

/** All of an archive is there: from now on it is the one of its codebase. @returns false if that is gone. */
export const endArchive = async (
  tx: Writer,
  { tenantId, id, codebaseId, bytes, sha256 }: Omit<NewArchive, 'principal'> & { bytes: number; sha256: Buffer },
): Promise<boolean> => (await tx.query(end, [tenantId, id, codebaseId, bytes, sha256])).length > 0

const remove = statement(`
  with chunks as (delete from archive_chunks where tenant_id = $1 and archive_id = $2)
  delete from archives where tenant_id = $1 and id = $2`)

/** Deletes an archive that did not become whole. */
export const removeArchive = async (tx: Writer, tenantId: string, id: string): Promise<unknown> =>
  await tx.query(remove, [tenantId, id])

export interface ArchiveRow {
  id: string
  bytes: number
  sha256: string
}

const find = statement(`
  select id, bytes::float8 as bytes, encode(sha256, 'hex') as sha256 from archives
  where tenant_id = $1 and id = $2 and sha256 is not null`)

export async function findArchive(tx: Reader, tenantId: string, id: string): Promise<ArchiveRow | null> {
  const [row] = await tx.query<ArchiveRow>(find, [tenantId, id])
  return row ?? null
}

const chunk = statement('select content from archive_chunks where tenant_id = $1 and archive_id = $2 and n = $3')

/** A piece of an archive; null behind the last one. */
export async function findChunk(tx: Reader, tenantId: string, id: string, n: number): Promise<Buffer | null> {
  const [row] = await tx.query<{ content: Buffer }>(chunk, [tenantId, id, n])
  return row?.content ?? null
}

const sweep = statement(`
  with old as materialized (
    select a.tenant_id, a.id from archives a
    where a.stale_at < now() order by a.stale_at limit $1
  ), chunks as (
    delete from archive_chunks k using old where k.tenant_id = old.tenant_id and k.archive_id = old.id
  )
  delete from archives a using old where a.tenant_id = old.tenant_id and a.id = old.id returning a.id`)

/** Deletes archives that do not count any more, or never came to their end. @returns how many. */
export const sweepArchives = async (tx: SystemWriter, limit: number): Promise<number> =>
  (await tx.query(sweep, [limit])).length
