import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface OwnerOptions {
  dataDir: string
  /** The account of the process; ours if absent. */
  account?: { uid: number; gid: number }
  /** True: the process has nothing more to do after the start, and does not stop PostgreSQL. */
  leaves?: boolean
}

/** A process of its own that starts the embedded database, in a process group of its own. */
export interface EmbeddedOwner extends AsyncDisposable {
  readonly child: ChildProcess
  /** The pid of PostgreSQL. Rejects with what the process printed if it does not start. */
  readonly started: Promise<number>
  /** kill -9 of the process and of the programs that it runs in its group. Returns when it is gone. */
  kill(): Promise<void>
}

const start = new URL('../../server/src/db/embedded/start-embedded.ts', import.meta.url)
const program = `
  import { readFileSync } from 'node:fs'
  import { startEmbedded } from ${JSON.stringify(start.href)}
  const [dataDir, leaves] = process.argv.slice(1)
  const database = await startEmbedded({ dataDir, log: () => {} })
  console.log(readFileSync(database.directory + '/postmaster.pid', 'utf8').split('\\n')[0])
  if (leaves === 'false') process.stdin.on('end', () => database[Symbol.asyncDispose]()).resume()`

export function spawnEmbeddedOwner({ dataDir, account, leaves = false }: OwnerOptions): EmbeddedOwner {
  const args = ['--input-type=module', '--eval', program, dataDir, String(leaves)]
  const child = spawn(process.execPath, args, { ...account, cwd: '/', detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  let complaints = ''
  child.stderr.on('data', chunk => (complaints += chunk))
  const lines = createInterface(child.stdout)
  const started = Promise.race([
    once(lines, 'line').then(([line]) => Number(line)),
    exited.then(() => Promise.reject(new Error(`the process ended: ${complaints}`))),
  ])
  started.catch(() => {})
  return {
    child,
    started,
    async kill() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
      await exited
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await exited
    },
  }
}
