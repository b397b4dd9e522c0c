import type { WireVersion } from '../../store/tasks.ts'
import type { QueryFields } from './read-query.ts'

/** What came with a request, before it is put together to the params of a method. */
export interface RequestParts {
  path: Readonly<Record<string, string>>
  /** Undefined for a body without bytes. */
  body: unknown
}

/** A path of the HTTP+JSON binding, and the method behind it. */
export interface RestRoute {
  verb: 'GET' | 'POST' | 'DELETE'
  /** As the specification writes it, below the base: `/tasks/{id}:cancel`. What stands in braces are fields of the params. */
  path: string
  /** Its name in JSON-RPC. */
  method: string
  /** The fields of the params that stand in the query. */
  query?: QueryFields
  /** The fields of the resume extension that do, for callers that activate it. */
  resume?: QueryFields
  answers: 'json' | 'stream' | 'nothing'
  /** The params, if they are not simply the fields of path, query and body. */
  params?: (parts: RequestParts) => unknown
}

/** The routes of a version of A2A. */
export interface RestVersion {
  version: WireVersion
  routes: readonly RestRoute[]
}

const resumeGet = { currentGeneration: 'integer', waitMs: 'integer' } as const
const resumeStream = { after: 'integer' } as const
const history = { historyLength: 'integer' } as const

/** What both versions have under the same path: looking at a task, canceling it, following it. */
export const taskRoutes = (methods: { get: string; cancel: string; subscribe: string }): RestRoute[] => [
  { verb: 'GET', path: '/tasks/{id}', method: methods.get, query: history, resume: resumeGet, answers: 'json' },
  { verb: 'POST', path: '/tasks/{id}:cancel', method: methods.cancel, answers: 'json' },
  // The proto says GET, the text of the specification POST.
  { verb: 'GET', path: '/tasks/{id}:subscribe', method: methods.subscribe, resume: resumeStream, answers: 'stream' },
  { verb: 'POST', path: '/tasks/{id}:subscribe', method: methods.subscribe, resume: resumeStream, answers: 'stream' },
]
