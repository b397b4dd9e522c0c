import { libraryOf } from './rules.ts'
import type { Source } from './source.ts'

export interface Manifest {
  name: string
  dependencies?: Record<string, string> | undefined
  optionalDependencies?: Record<string, string> | undefined
  devDependencies?: Record<string, string> | undefined
}

const isOwn = (name: string): boolean => name.startsWith('@codetether/')

const libraries = (dependencies: Record<string, string> = {}): [name: string, version: string][] =>
  Object.entries(dependencies).filter(([name]) => !isOwn(name))

/**
 * What the sources of a package import and its manifest does not promise to whoever installs it. `bundled`: the package
 * is published with our own packages inside, so they may be devDependencies.
 */
export const undeclared = (manifest: Manifest, sources: readonly Source[], bundled: boolean): string[] => {
  const { dependencies, optionalDependencies, devDependencies } = manifest
  const declared = new Set(
    Object.keys({ ...dependencies, ...optionalDependencies, ...(bundled ? devDependencies : {}) }),
  )
  const own = (specifier: string): string | null => /^@codetether\/[^/]+/.exec(specifier)?.[0] ?? null
  return sources
    .filter(({ path }) => !path.endsWith('.test.ts'))
    .flatMap(({ path, imports }) =>
      imports.flatMap(({ specifier }) => {
        const library = own(specifier) ?? libraryOf(specifier)
        const missing =
          library !== null &&
          library !== manifest.name &&
          (!declared.has(library) || (!isOwn(library) && isDev(manifest, library)))
        return missing ? [`${path}: ${library} is no dependency of ${manifest.name}`] : []
      }),
    )
}

const isDev = ({ dependencies, optionalDependencies }: Manifest, library: string): boolean =>
  dependencies?.[library] === undefined && optionalDependencies?.[library] === undefined

/** How the libraries of the published package differ from those of the packages bundled into it. */
export const bundleDifferences = (
  published: Manifest,
  bundled: readonly Manifest[],
  importedItself: ReadonlySet<string>,
): string[] =>
  (['dependencies', 'optionalDependencies'] as const).flatMap(kind => {
    const needed = new Map(bundled.flatMap(manifest => libraries(manifest[kind])))
    const conflicts = bundled.flatMap(manifest =>
      libraries(manifest[kind])
        .filter(([name, version]) => needed.get(name) !== version)
        .map(([name]) => `the bundled packages disagree about the version of ${name}`),
    )
    const offered = new Map(libraries(published[kind]))
    const missing = [...needed]
      .filter(([name, version]) => offered.get(name) !== version)
      .map(([name, version]) => `${kind} of ${published.name} lack ${name} ${version}`)
    const extra = [...offered.keys()]
      .filter(name => !needed.has(name) && !importedItself.has(name))
      .map(name => `${kind} of ${published.name} have ${name}, which nothing bundled needs`)
    return [...conflicts, ...missing, ...extra]
  })
