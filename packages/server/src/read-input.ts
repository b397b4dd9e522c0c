import { PlatformError } from '@codetether/protocol/errors'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { parseParams } from './parse-params.ts'
import { parseStrictJson } from './strict-json/parse-strict-json.ts'

/** The body of a request by its schema; none at all counts as `{}`. Throws PARSE_ERROR, INVALID_REQUEST or INVALID_PARAMS. */
export function readBody<T>({ body }: FastifyRequest, schema: z.ZodType<T>): T {
  return parseParams(schema, Buffer.isBuffer(body) && body.length > 0 ? parseStrictJson(body) : {})
}

/** The query of a request by its schema, whose fields are texts. A parameter that is there twice is refused. */
export function readQuery<T>({ query }: FastifyRequest, schema: z.ZodType<T>): T {
  const twice = Object.entries(query ?? {}).find(([, value]) => typeof value !== 'string')
  if (twice) throw new PlatformError('INVALID_PARAMS', 'a parameter of the query is there twice')
  return parseParams(schema, query)
}
