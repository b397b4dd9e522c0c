import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { glob, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { clusterVariable } from '../packages/testing/src/environment.ts'
import { startTestCluster } from '../packages/testing/src/test-cluster.ts'

/** `npm test [-- paths and flags of node]`: all tests, or those below the paths, with one database cluster for the run. */
const everything = ['packages/*/src/**/*.test.ts', 'tests/**/*.test.ts']
const testMs = 60_000

async function findFiles(paths: readonly string[]): Promise<string[]> {
  const patterns = await Promise.all(
    paths.map(async path => ((await stat(path)).isDirectory() ? `${path}/**/*.test.ts` : path)),
  )
  const exclude = (name: string) => name.endsWith('node_modules')
  const files = await Array.fromAsync(glob(paths.length > 0 ? patterns : everything, { exclude }))
  return [...new Set(files)].sort()
}

/** Runs node's test runner to its end, or until we are asked to stop. A terminal sends Ctrl-C to it as well. */
async function runNode(args: readonly string[], cluster: object): Promise<number> {
  if (stopping.signal.aborted) return 130
  const env = { ...process.env, [clusterVariable]: JSON.stringify(cluster) }
  const child = spawn(process.execPath, args, { stdio: 'inherit', env })
  stopping.signal.addEventListener('abort', () => child.kill('SIGTERM'))
  const [code] = await once(child, 'exit')
  return code ?? 130
}

// From here on a signal only asks: the cluster is stopped first, whatever we are doing.
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopping.abort())

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const args = process.argv.slice(2)
const files = await findFiles(args.filter(arg => !arg.startsWith('-')))
if (files.length === 0) throw new Error('no test files there')
await using cluster = await startTestCluster(() => {})
process.exitCode = await runNode(
  [
    ...['--import', './packages/testing/src/leak-watch.ts', '--test', '--test-reporter=spec'],
    ...[`--test-concurrency=${availableParallelism()}`, `--test-timeout=${testMs}`],
    ...args.filter(arg => arg.startsWith('-')),
    ...files,
  ],
  cluster.address,
)
