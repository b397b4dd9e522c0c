import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { Stopped } from '../stop-reason.ts'
import { runVariable } from './command-environment.ts'
import { startGuarded } from './guarded-command.ts'
import { ProcessGroup } from './process-group.ts'
import type { Strays } from './strays.ts'

/** Between the friendly signal and the other one. */
const graceMs = 5_000

export interface GuardedRun {
  cwd: string
  env: Readonly<Record<string, string>>
  /** Its standard input. */
  input: string
  /** Awaited: the command waits while nobody takes what it writes. */
  onOutput(stream: 'stdout' | 'stderr', chunk: Uint8Array): Promise<void>
  /** Finds what has left the group when the command is ended. */
  strays: Strays
  /** Aborted: the command ends, with all that it has started. */
  signal: AbortSignal
}

/** Runs a shell command to its end, in a process group of its own of which nothing is left afterwards. Throws what starting it throws. */
export async function runGuarded(
  command: string,
  { cwd, env, input, onOutput, strays, signal }: GuardedRun,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  const runId = randomUUID()
  const child = await startGuarded(command, { cwd, env: { ...env, [runVariable]: runId } })
  const group = new ProcessGroup(child.pid)
  const end = () => void group.end(isUrgent(signal) ? 0 : graceMs)
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  child.stdin.end(input)
  const pump = async (from: Readable, stream: 'stdout' | 'stderr') => {
    for await (const chunk of from) await onOutput(stream, chunk)
  }
  const reading = Promise.all([pump(child.stdout, 'stdout'), pump(child.stderr, 'stderr')])
  const ended = await child.ended
  // Nothing that a command has started outlives it.
  await group.end(graceMs)
  signal.removeEventListener('abort', end)
  if (signal.aborted) await strays.kill(runId)
  await reading
  return ended
}

const isUrgent = ({ reason }: AbortSignal): boolean => reason instanceof Stopped && reason.kind === 'now'
