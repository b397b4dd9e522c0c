import type { FastifyRequest } from 'fastify'

/** The version that a request names: a header, or a query parameter (A2A v1.0 §3.6.1). */
export function versionOf({ headers, query }: FastifyRequest): string | undefined {
  const header = headers['a2a-version']
  if (typeof header === 'string') return header
  const parameter = new Map(Object.entries(query ?? {})).get('A2A-Version')
  // Given twice it is a list, and no version.
  return parameter === undefined ? undefined : String(parameter)
}
