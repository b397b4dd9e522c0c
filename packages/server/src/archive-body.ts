import { Readable } from 'node:stream'
import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { readSlowly } from './slow-bodies.ts'

const mediaTypes = ['application/gzip', 'application/x-gzip', 'application/x-tar+gzip', 'application/octet-stream']

/** Lets archives in as bodies of the routes that are registered here: as streams, which nobody reads before the route does. */
export function acceptArchives(app: FastifyInstance): void {
  app.addContentTypeParser(mediaTypes, (_request, payload, done) => done(null, payload))
}

/** The archive that a request carries. Throws UNSUPPORTED_MEDIA_TYPE. */
export function readArchiveBody({ body, headers, raw: { socket } }: FastifyRequest): AsyncIterable<Buffer> {
  const encoding = headers['content-encoding']
  if (body instanceof Readable && (encoding === undefined || encoding === 'identity'))
    return readSlowly(body, socket, { pauseMs: limits.archivePauseMs, totalMs: limits.archiveKeptMs })
  throw new PlatformError('UNSUPPORTED_MEDIA_TYPE', `the content type must be one of ${mediaTypes.join(', ')}`)
}
