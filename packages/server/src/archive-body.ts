import { Readable } from 'node:stream'
import { PlatformError } from '@codetether/protocol/errors'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const mediaTypes = ['application/gzip', 'application/x-gzip', 'application/x-tar+gzip', 'application/octet-stream']

/** Lets archives in as bodies of the routes that are registered here: as streams, which nobody reads before the route does. */
export function acceptArchives(app: FastifyInstance): void {
  app.addContentTypeParser(mediaTypes, (_request, payload, done) => done(null, payload))
}

/** The archive that a request carries. Throws UNSUPPORTED_MEDIA_TYPE. */
export function readArchiveBody({ body, headers }: FastifyRequest): Readable {
  const encoding = headers['content-encoding']
  if (body instanceof Readable && (encoding === undefined || encoding === 'identity')) return body
  throw new PlatformError('UNSUPPORTED_MEDIA_TYPE', `the content type must be one of ${mediaTypes.join(', ')}`)
}
