import { dirname, join } from 'node:path/posix'
import type { Source } from './source.ts'

/** The file that a specifier, or a text such as the path of a program to start, stands for. */
const target = ({ path }: Source, specifier: string): string => {
  const [, name, module] = /^@codetether\/([^/]+)\/(.+)$/.exec(specifier) ?? []
  if (name === undefined) return join(dirname(path), specifier)
  return name === 'tests' || name === 'bench' ? `${name}/${module}.ts` : `packages/${name}/src/${module}.ts`
}

/** What loads together with a file: everything that it imports as values, not by `await import()`. */
const loaded = (source: Source): string[] =>
  source.imports.filter(({ kind }) => kind === 'static').map(({ specifier }) => target(source, specifier))

const references = (source: Source): string[] =>
  [
    ...source.imports.map(({ specifier }) => specifier),
    ...source.texts.filter(text => /^\.\.?\/.*\.[jt]s$/.test(text)),
  ].map(specifier => target(source, specifier))

/** The files that nothing reaches from the entry files. */
export const unreached = (sources: readonly Source[], entries: readonly string[]): string[] => {
  const reached = walk(sources, entries, references)
  return sources.map(({ path }) => path).filter(path => !reached.has(path))
}

/** The files that are loaded when the entry file is. */
export const startUp = (sources: readonly Source[], entry: string): string[] => [...walk(sources, [entry], loaded)]

const walk = (
  sources: readonly Source[],
  entries: readonly string[],
  next: (source: Source) => string[],
): Set<string> => {
  const byPath = new Map(sources.map(source => [source.path, source]))
  const reached = new Set<string>()
  const visit = (path: string): void => {
    const source = byPath.get(path)
    if (source === undefined || reached.has(path)) return
    reached.add(path)
    for (const path of next(source)) visit(path)
  }
  for (const entry of entries) visit(entry)
  return reached
}
