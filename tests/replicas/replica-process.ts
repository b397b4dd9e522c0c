import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Program, runNode } from '../journeys/server-process.ts'
import { until } from '../journeys/until.ts'
import type { Moment, Ready, Report } from './reports.ts'

export interface ReplicaOptions {
  cwd: string
  /** Its settings. */
  env: Record<string, string>
  /** Those of `agents.ts` that it hosts. */
  agents: readonly string[]
  /** The program, if it is another one than that of this checkout. */
  program?: string
  /** Modules to load first. */
  imports?: readonly string[]
}

/** A server among others on one database, in a process of its own. Disposing stops it. */
export interface Replica extends AsyncDisposable {
  url: string
  grpcPort: number | null
  program: Program
  /** What its agents have told so far. */
  reports: readonly Report[]
  /** Lets the runs of a text go on in this replica. */
  open(text: string): void
  /** Waits until a run for the text has told that moment here. */
  told(moment: Moment, text: string, timeoutMs?: number): Promise<Report>
  /** SIGSTOP: it does nothing at all, and does not know it. */
  pause(): void
  /** SIGCONT */
  resume(): void
  /** SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>
}

const ownProgram = fileURLToPath(new URL('replica.ts', import.meta.url))
const startMs = 30_000

/** Starts a replica and waits until it answers. Throws with its output if it does not. */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const { cwd, env, agents, program: path = ownProgram, imports = [] } = options
  const flags = imports.flatMap(module => ['--import', module])
  const program = runNode([...flags, path, ...agents], { cwd, env, ipc: true })
  const reports: Report[] = []
  program.child.on('message', (message: Ready | Report) => {
    if (message.kind === 'report') reports.push(message)
  })
  const { url, grpcPort = null } = await ready(program)
  return {
    url,
    grpcPort,
    program,
    reports,
    // A replica that is being killed takes no messages.
    open: text => void program.child.send({ open: text }, () => {}),
    told: (moment, text, timeoutMs) =>
      until(
        `a run for "${text}" that ${moment} in ${url}`,
        async () => reports.find(report => report.moment === moment && report.text === text),
        timeoutMs,
      ),
    pause: () => void program.child.kill('SIGSTOP'),
    resume: () => void program.child.kill('SIGCONT'),
    kill: async () => void (await program.end('SIGKILL')),
    async [Symbol.asyncDispose]() {
      // One that is stopped would not notice that it shall end.
      program.child.kill('SIGCONT')
      await program[Symbol.asyncDispose]()
    },
  }
}

async function ready(program: Program): Promise<Ready> {
  const late = AbortSignal.timeout(startMs)
  const message = once(program.child, 'message', { signal: late }).then(([first]): Ready => first)
  const ended = program.exited.then(() => Promise.reject(new Error('it ended')))
  try {
    return await Promise.race([message, ended])
  } catch (cause) {
    await program[Symbol.asyncDispose]()
    throw new Error(`a replica does not start. Its output:\n${program.output()}`, { cause })
  }
}
