import type { IncomingHttpHeaders } from 'node:http'
import { PlatformError } from '@codetether/protocol/errors'
import { resumeUri } from '@codetether/protocol/resume-extension'

/** Keys of call metadata → members of the resume extension. Messages such as GetTaskRequest have no metadata of their own. */
const members = { 'resume-current-generation': 'currentGeneration', 'resume-wait-ms': 'waitMs' } as const

/** The params with what the metadata of the call asks of the resume extension. Throws INVALID_PARAMS. */
export function withResume(params: unknown, headers: IncomingHttpHeaders): unknown {
  const given = Object.entries(members).flatMap(([key, member]) => {
    const value = headers[key]
    return value === undefined ? [] : [[`${resumeUri}/${member}`, countIn(key, value)] as const]
  })
  if (given.length === 0 || typeof params !== 'object' || params === null) return params
  const own = 'metadata' in params && typeof params.metadata === 'object' ? params.metadata : {}
  return { ...params, metadata: { ...own, ...Object.fromEntries(given) } }
}

function countIn(key: string, value: string | string[]): number {
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value)
  throw new PlatformError('INVALID_PARAMS', `the metadata ${key} is not a whole number`)
}
