import { dirname, join } from 'node:path/posix'
import type { Import, Source } from './source.ts'
import { libraryPlaces, outgoing, packageRows, serverLayers, serverLeaves, sizes, sqlPlaces } from './tables.ts'

/** A rule says what is wrong with a file, a line for each violation. */
type Rule = (source: Source) => string[]

const isTest = ({ path }: Source): boolean => path.endsWith('.test.ts')
/** Which package a file belongs to; null for tests, benchmarks and scripts, which may import everything. */
const packageOf = (path: string): string | null => /^packages\/([^/]+)\//.exec(path)?.[1] ?? null
const ownOf = (specifier: string): string | null => /^@codetether\/([^/]+)/.exec(specifier)?.[1] ?? null
export const libraryOf = (specifier: string): string | null =>
  /^(\.|node:|@codetether\/)/.test(specifier) ? null : (/^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? null)

const resolve = (source: Source, specifier: string): string => join(dirname(source.path), specifier)
const isRelative = ({ specifier }: Pick<Import, 'specifier'>): boolean => specifier.startsWith('.')

const packageImports: Rule = source => {
  const name = packageOf(source.path)
  if (name === null || isTest(source)) return []
  const row = packageRows[name]
  if (row === undefined) return [`package ${name} has no row in tests/layering/tables.ts`]
  return source.imports.flatMap(({ specifier }) => {
    const target = ownOf(specifier)
    const allowed = [name, ...row.imports, ...(row.lazily ?? [])]
    if (target === null) return []
    const places = row.importsIn?.[target]?.map(place => `packages/${name}/src/${place}`)
    const isFine = allowed.includes(target) && (places?.some(place => source.path.startsWith(place)) ?? true)
    return isFine ? [] : [`${name} may not import ${specifier}`]
  })
}

const ownPackageByPath: Rule = source => {
  const name = packageOf(source.path)
  if (name === null) return []
  return source.imports
    .filter(found => isRelative(found) && packageOf(resolve(source, found.specifier)) !== name)
    .map(({ specifier }) => `reaches into another package by path: ${specifier}`)
}

const browserFree: Rule = source => {
  const name = packageOf(source.path)
  if (name === null || isTest(source) || packageRows[name]?.node !== false) return []
  const { nodeIn } = packageRows[name]
  const folder = nodeIn === undefined ? null : `packages/${name}/src/${nodeIn}`
  if (folder !== null && source.path.startsWith(folder)) return []
  const loaded = source.imports.filter(
    found =>
      folder !== null &&
      found.kind !== 'type' &&
      isRelative(found) &&
      resolve(source, found.specifier).startsWith(folder),
  )
  if (loaded.length > 0) return loaded.map(({ specifier }) => `${name} runs in browsers and may not load ${specifier}`)
  const builtIns = source.imports
    .filter(({ specifier }) => specifier.startsWith('node:'))
    .map(({ specifier }) => specifier)
  return [...builtIns, ...source.nodeGlobals].map(what => `${name} runs in browsers and may not use ${what}`)
}

const libraryPlace: Rule = source => {
  const name = packageOf(source.path)
  if (name === null || name === 'testing' || isTest(source)) return []
  return source.imports.flatMap(({ specifier }) => {
    const place = libraryPlaces[libraryOf(specifier) ?? '']
    return place === undefined || source.path.startsWith(place) ? [] : [`${specifier} belongs to ${place}`]
  })
}

const connecting = new Map<string, readonly string[]>(Object.entries(outgoing.modules))
const connectingHere = new Map<string, readonly string[]>(Object.entries(outgoing.exceptions))

/** The names that a file takes of a module and that connect. With everything it has those too. */
const connectingNames = ({ specifier, names }: Import): string[] => {
  const known = connecting.get(specifier) ?? []
  return names.filter(name => name === '*' || known.includes(name) || known.includes('*'))
}

const outgoingPlace: Rule = source => {
  const { path } = source
  const isMeant = outgoing.packages.some(name => path.startsWith(`packages/${name}/src/`))
  if (!isMeant || isTest(source) || path.startsWith(outgoing.place)) return []
  const imported = source.imports
    .filter(({ specifier }) => connecting.has(specifier))
    .filter(({ specifier }) => !connectingHere.get(specifier)?.some(place => path.startsWith(place)))
    .flatMap(found => connectingNames(found).map(name => `${name} of ${found.specifier}`))
  return [...source.callers, ...imported].map(what => `uses ${what}: requests go out through outbound/`)
}

const serverPart = (path: string): string | null =>
  /^packages\/server\/src\/([^/]+?)(\.ts)?(\/|$)/.exec(path)?.[1] ?? null

/** Everything below a part, however deep. */
const below = (part: string): string[] => (serverLayers[part] ?? []).flatMap(next => [next, ...below(next)])

const serverDirection: Rule = source => {
  const from = serverPart(source.path)
  if (from === null || isTest(source)) return []
  if (!(from in serverLayers) && !serverLeaves.includes(from))
    return [`${from} has no place in tests/layering/tables.ts`]
  const allowed = new Set([from, ...below(from), ...serverLeaves])
  return source.imports.filter(isRelative).flatMap(({ specifier, kind }) => {
    const to = serverPart(resolve(source, specifier))
    if (to === null || allowed.has(to)) return []
    if (to === 'context') return kind === 'type' ? [] : ['imports more than types from context.ts']
    return [`${from} may not import ${to} (${specifier})`]
  })
}

const contextIsBuiltByMain: Rule = source =>
  source.imports.some(
    ({ specifier, kind }) =>
      isRelative({ specifier }) && kind !== 'type' && resolve(source, specifier) === 'packages/server/src/context.ts',
  ) &&
  !isTest(source) &&
  serverPart(source.path) !== 'main'
    ? ['only main.ts may build the context']
    : []

const sql = new RegExp(
  [
    'select\\s[^]*\\sfrom\\s',
    'insert\\s+into\\s',
    'update\\s+\\S+\\s+(as\\s+)?(\\w+\\s+)?set\\s',
    'delete\\s+from\\s',
    'with\\s+(recursive\\s+)?\\w+\\s*(\\([^)]*\\))?\\s+as\\s',
    '(create|alter|drop)\\s+(or\\s+replace\\s+|unique\\s+)?(table|index|role|user|schema|database|function|policy|view|trigger|type|extension)\\s',
    '(grant|revoke|truncate|listen|notify)\\s+\\w+',
    'set\\s+(local|role|session)\\s',
  ].join('|'),
)

/** Lower or upper case as a whole, so that a sentence such as "Select one from the list" is none. */
const looksLikeSql = (text: string): boolean => {
  const trimmed = text.trim()
  const [first = ''] = trimmed.split(/\s/)
  return (
    (first === first.toLowerCase() || first === first.toUpperCase()) &&
    new RegExp(`^(${sql.source})`, 'i').test(`${trimmed} `)
  )
}

const sqlPlace: Rule = source => {
  const name = packageOf(source.path)
  if (name === null || name === 'testing' || isTest(source) || sqlPlaces.some(place => source.path.startsWith(place)))
    return []
  return source.texts.filter(looksLikeSql).map(text => `SQL outside store/ and db/: ${text.trim().slice(0, 40)}`)
}

const environment: Rule = source => {
  const name = packageOf(source.path)
  if (name === null || isTest(source) || !source.processMembers.includes('env')) return []
  const reader = packageRows[name]?.environment
  if (reader !== undefined && source.path === `packages/${name}/src/${reader}`) return []
  return [`reads process.env; only ${reader ?? 'the program that uses this package'} may`]
}

const noExit: Rule = source =>
  source.processMembers.some(member => member === 'exit' || member === 'reallyExit')
    ? ['calls process.exit; set process.exitCode']
    : []

const noBarrel: Rule = source => (source.barrel ? ['only re-exports others; import the modules themselves'] : [])

const size: Rule = source => [
  ...(source.lines > sizes.fileLines ? [`has ${source.lines} lines, more than ${sizes.fileLines}`] : []),
  ...source.functions
    // The body of a `describe` is a list of tests, not a function to hold in mind.
    .filter(({ lines }) => lines > sizes.functionLines && !isTest(source))
    .map(({ name, lines }) => `function ${name} has ${lines} lines, more than ${sizes.functionLines}`),
]

export const rules: Readonly<Record<string, Rule>> = {
  'packages import only what the table gives them': packageImports,
  'no package reaches into another one by path': ownPackageByPath,
  'protocol, client and web use nothing of Node': browserFree,
  'pg and react stay in their places': libraryPlace,
  'arrows inside the server point downwards': serverDirection,
  'requests go out through outbound/': outgoingPlace,
  'only main.ts builds the context': contextIsBuiltByMain,
  'SQL stands in store/ and db/': sqlPlace,
  'one file per program reads process.env': environment,
  'nobody calls process.exit': noExit,
  'there are no barrels': noBarrel,
  'files and functions are small': size,
}

/** The violations of one rule, each with its file. */
export const violations = (rule: Rule, sources: readonly Source[]): string[] =>
  sources.flatMap(source => rule(source).map(what => `${source.path}: ${what}`))
