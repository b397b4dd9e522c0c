import { PlatformError } from '@codetether/protocol/errors'
import { isObject } from '@codetether/protocol/json'
import { resumeUri } from '@codetether/protocol/resume-extension'
import type { FastifyRequest } from 'fastify'
import { parseStrictJson } from '../../strict-json/parse-strict-json.ts'
import { readQuery } from './read-query.ts'
import type { RestRoute } from './route.ts'

/** The body, or undefined if there is none. `null` is what some clients send for none. Lets go of its bytes. */
function bodyOf(request: FastifyRequest): unknown {
  const bytes = request.body
  request.body = undefined
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return undefined
  return parseStrictJson(bytes) ?? undefined
}

/** What tells in a path who is meant, and is no field of a method. */
const routing = new Set(['tenant', 'agent'])

function pathFieldsOf({ params }: FastifyRequest): Record<string, string> {
  const fields = Object.entries(params ?? {}).filter(([name]) => !routing.has(name))
  return Object.fromEntries(fields.map(([name, value]) => [name, String(value)]))
}

/** Members of the resume extension, which have a place in the metadata of params. */
const asMetadata = (members: Record<string, unknown>): object =>
  Object.keys(members).length === 0
    ? {}
    : { metadata: Object.fromEntries(Object.entries(members).map(([name, value]) => [`${resumeUri}/${name}`, value])) }

/**
 * The params of a method from the path, the query and the body of a request (A2A v1.0 §11.3). Throws PlatformError, also
 * for a body that contradicts the path.
 */
export function readParams(request: FastifyRequest, route: RestRoute, resumes: boolean): unknown {
  const path = pathFieldsOf(request)
  const resume = resumes ? route.resume : undefined
  const fields = Object.entries(readQuery(request.query, { ...route.query, ...resume }))
  const inQuery = Object.fromEntries(fields.filter(([name]) => !resume || !(name in resume)))
  const inMetadata = Object.fromEntries(fields.filter(([name]) => resume && name in resume))
  const body = bodyOf(request)
  if (route.params) return route.params({ path, body })
  // What is no object is not put together with anything: it is refused as it is.
  if (body !== undefined && !isObject(body)) return body
  const said = new Map(Object.entries(body ?? {}))
  const contradicted = Object.keys(path).find(name => said.has(name) && said.get(name) !== path[name])
  if (contradicted !== undefined)
    throw new PlatformError('INVALID_PARAMS', `the body names another ${contradicted} than the path`, {
      fieldViolations: [{ field: contradicted, description: 'is not that of the path' }],
    })
  return { ...body, ...asMetadata(inMetadata), ...inQuery, ...path }
}
