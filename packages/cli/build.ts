import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import manifest from './package.json' with { type: 'json' }

/** Makes `dist/`: what `npm pack` publishes. The workspace's code is bundled, packages from npm stay dependencies. */
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Two levels deep, as the server's sources are: `../../migrations` from there is `dist/migrations`. */
const chunks = 'lib/chunks'

const bundle = async (): Promise<void> => {
  await build({
    entryPoints: { main: here('src/main.ts'), 'renewal-thread': here('../server/src/db/renewal-thread.ts') },
    outdir: here('dist'),
    chunkNames: `${chunks}/[name]-[hash]`,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }),
    legalComments: 'none',
    logLevel: 'warning',
  })
}

const copyMigrations = async (): Promise<void> => {
  const from = here('../server/migrations/')
  await mkdir(here('dist/migrations'), { recursive: true })
  for (const name of await readdir(from))
    if (name.endsWith('.sql')) await cp(from + name, here(`dist/migrations/${name}`))
}

/** The migrations and the thread are found relative to the code that uses them: a bundle that moves it would fail at its first start. */
const checkPlaces = async (): Promise<void> => {
  const main = await readFile(here('dist/main.js'), 'utf8')
  const names = await readdir(here(`dist/${chunks}`))
  const texts = await Promise.all(
    names.filter(name => name.endsWith('.js')).map(name => readFile(here(`dist/${chunks}/${name}`), 'utf8')),
  )
  const readers = texts.filter(text => text.includes('"../../migrations"'))
  if (main.includes('"../../migrations"') || readers.length !== 1) throw new Error('dist/migrations would not be found')
  const starters = texts.filter(text => text.includes('"../../renewal-thread.js"'))
  if (main.includes('"../../renewal-thread.js"') || starters.length !== 1)
    throw new Error('dist/renewal-thread.js would not be found')
}

await rm(here('dist'), { recursive: true, force: true })
await bundle()
await copyMigrations()
// npm packs a license only from the package's own folder.
await cp(here('../../LICENSE'), here('LICENSE'))
await checkPlaces()
