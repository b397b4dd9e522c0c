import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { workspace } from '../journeys/server-process.ts'

/** The release before this one: what runs beside it while an installation is being updated. */
const commit = 'ea309cb38103e6d80826a69166357e584d67a62e'

const run = promisify(execFile)

/**
 * Why it cannot be had, as the option `skip` of a test: in a checkout without its history. CI must not pass over that.
 */
export async function whyUnavailable(): Promise<string | false> {
  try {
    await run('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: workspace })
    return false
  } catch (cause) {
    if (process.env.CI) throw new Error('CI needs the history of the repository', { cause })
    return `the commit ${commit.slice(0, 7)} is not in this checkout`
  }
}

/** The sources of the previous release in a temporary directory. Disposing removes them. */
export interface PreviousRelease extends AsyncDisposable {
  /** Its replica with the agents of this checkout's `agents.ts`. */
  program: string
}

/** Extracts the previous release. Its packages find each other, and the libraries of this checkout. */
export async function extractPreviousRelease(leaseSeconds: number): Promise<PreviousRelease> {
  await using stack = new AsyncDisposableStack()
  const { path } = stack.use(await temporaryDirectory())
  const tar = join(path, 'release.tar')
  await run('git', ['archive', '-o', tar, commit, 'package.json', 'packages'], { cwd: workspace })
  await run('tar', ['-xf', tar, '-C', path])
  await linkLibraries(path)
  await shortenLeases(path, leaseSeconds)
  const own = join(path, 'tests', 'replicas')
  for (const name of ['replica.ts', 'agents.ts'])
    await cp(fileURLToPath(new URL(name, import.meta.url)), join(own, name), { recursive: true })
  const owned = stack.move()
  return { program: join(own, 'replica.ts'), [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** A `node_modules` of links: its own packages, and everybody else's as they are installed here. */
async function linkLibraries(path: string): Promise<void> {
  const installed = join(workspace, 'node_modules')
  const own = join(path, 'node_modules', '@codetether')
  await mkdir(own, { recursive: true })
  for (const name of await readdir(join(path, 'packages'))) await symlink(join(path, 'packages', name), join(own, name))
  const libraries = (await readdir(installed)).filter(name => !name.startsWith('.') && name !== '@codetether')
  for (const name of libraries) await symlink(join(installed, name), join(path, 'node_modules', name))
}

/** The length of a lease is a constant there, and longer than a test should take. */
async function shortenLeases(path: string, leaseSeconds: number): Promise<void> {
  const file = join(path, 'packages', 'protocol', 'src', 'limits.ts')
  const source = await readFile(file, 'utf8')
  const shortened = source.replace('leaseMs: 30_000', `leaseMs: ${leaseSeconds * 1000}`)
  if (shortened === source) throw new Error(`no length of leases in ${file}`)
  await writeFile(file, shortened)
}
