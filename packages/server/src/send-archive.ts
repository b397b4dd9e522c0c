import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'

export interface SentArchive {
  bytes: number
  /** In hexadecimal: what is in it never changes. */
  sha256: string
  content: AsyncIterable<Buffer>
}

/** Answers with an archive, or that the caller has it already. */
export function sendArchive({ headers }: FastifyRequest, reply: FastifyReply, archive: SentArchive): FastifyReply {
  const etag = `"${archive.sha256}"`
  reply.headers({ etag, 'cache-control': 'private, no-cache' })
  const known = (headers['if-none-match'] ?? '').split(',').map(tag => tag.trim().replace(/^W\//, ''))
  if (known.includes(etag) || known.includes('*')) return reply.code(304).send()
  return reply
    .headers({
      'content-length': String(archive.bytes),
      'content-disposition': 'attachment; filename="codebase.tar.gz"',
    })
    .type('application/gzip')
    .send(Readable.from(archive.content, { objectMode: false }))
}
