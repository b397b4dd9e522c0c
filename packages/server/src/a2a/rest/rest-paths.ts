import { agentRestBase, restBase } from '../../present/rest-base.ts'
import type { WireVersion } from '../../store/tasks.ts'
import type { RestRoute, RestVersion } from './route.ts'
import { routesV03 } from './routes-v03.ts'
import { routesV10 } from './routes-v10.ts'

/** Where the binding begins: on a path of its own, and at the origin, where older clients look for it. */
const bases = [restBase, '']

/**
 * First segments that are no tenants: below them the server has paths of its own, or the word means something else in the
 * same place. A path with one of them is not there, whatever follows.
 */
const reserved = ['a2a', 'admin', 'agents', 'api', 'extensions', 'health', 'mcp', 'metrics', 'tasks', 'v1', 'v2']

/** One segment, without control characters and without what separates it from a verb. */
const segment = '[^:/\\x00-\\x1f\\x7f]'
const tenant = `(?!(?:${reserved.join('|')})$)(?!\\.)${segment}{1,256}`

/** A route below one of the bases. */
export interface RestPath {
  version: WireVersion
  /** The whole path, as the specification writes it: what stands in braces is a parameter. */
  path: string
  route: RestRoute
}

const below = (prefix: string, { version, routes }: RestVersion): RestPath[] =>
  routes.map(route => ({ version, path: `${prefix}${route.path}`, route }))

/** Every path of the binding. The tenant of v1.0 (§5.3) is a routing key that no card of this server has for it. */
export const restPaths: readonly RestPath[] = [
  ...bases.flatMap(base => [
    ...below(base, routesV03),
    ...below(base, routesV10),
    ...below(`${base}/{tenant}`, routesV10),
  ]),
  ...[routesV03, routesV10].flatMap(routes => below(`/agents/{agent}${agentRestBase}`, routes)),
]

/** A path in the syntax of the router: a colon is written twice. */
export const patternOf = (path: string): string =>
  path
    .replaceAll(':', '::')
    .replace('{tenant}', `:tenant(^${tenant}$)`)
    .replace(/\{(\w+)\}(?=(:?))/g, (_, name: string, verb: string) => `:${name}(^${segment}+${verb ? '' : '$'})`)

/** A path as an expression of its own, for requests that have no route. There a reserved word ends with the segment, not with the text. */
const matcherOf = (path: string): RegExp =>
  new RegExp(`^${path.replace('{tenant}', tenant.replace('$', '/')).replace(/\{\w+\}/g, `${segment}+`)}$`)

const matchers = Map.groupBy(restPaths, ({ path }) => path)
  .entries()
  .map(([path, rows]) => ({ matcher: matcherOf(path), rows }))
  .toArray()

/** A path as the router reads it; as it is if it cannot be decoded. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** What the binding serves under the path of a request, if anything. */
export function restPathOf(path: string): { version: WireVersion; verbs: string[] } | null {
  const readable = decoded(path)
  const rows = matchers.find(({ matcher }) => matcher.test(readable))?.rows ?? []
  const [first] = rows
  if (!first) return null
  const verbs = rows.flatMap(({ route: { verb, answers } }) =>
    verb === 'GET' && answers !== 'stream' ? ['GET', 'HEAD'] : [verb],
  )
  return { version: first.version, verbs }
}
