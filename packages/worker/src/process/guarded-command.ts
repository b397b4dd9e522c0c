import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

/**
 * Runs the command of $0, with a guard beside it that reads from a pipe whose other end the worker has. When the worker dies the pipe ends,
 * and the guard does to the process group what the worker would have done. The first shell leads the group and stays: it takes the guard
 * with it, and leaves no process behind that nobody waits for. It catches signals instead of ignoring them, which the command would inherit.
 */
const script = `
trap : TERM
trap 'alone=1' USR2
{ trap '' TERM
  read -r _
  kill -s USR2 $$
  kill -s TERM 0; sleep 5; kill -s KILL 0
} <&3 >/dev/null 2>&1 &
guard=$!
/bin/sh -c "$0" 3<&-
code=$?
exec 2>/dev/null
[ -n "$alone" ] || kill -s KILL $guard
wait $guard
exit $code
`

export interface GuardedCommand {
  pid: number
  stdin: Writable
  stdout: Readable
  stderr: Readable
  /** Resolves when the command itself has ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** Starts a shell command in a process group of its own. Throws what starting it throws. */
export async function startGuarded(
  command: string,
  { cwd, env }: { cwd: string; env: Record<string, string> },
): Promise<GuardedCommand> {
  const child = spawn('/bin/sh', ['-c', script, command], {
    cwd,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  })
  const ended = endOf(child)
  await started(child)
  const { pid, stdin, stdout, stderr } = child
  const guard = child.stdio[3]
  if (pid === undefined) throw new Error('a process without a pid')
  // The guard goes with its group.
  guard?.on('error', () => undefined)
  // A command does not have to read its input.
  stdin.on('error', () => undefined)
  void ended.then(() => guard?.destroy())
  return { pid, stdin, stdout, stderr, ended }
}

function started(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  child.once('spawn', resolve)
  child.once('error', reject)
  return promise
}

function endOf(child: ChildProcess): GuardedCommand['ended'] {
  const { promise, resolve } = Promise.withResolvers<Awaited<GuardedCommand['ended']>>()
  child.once('exit', (code, signal) => resolve({ code, signal }))
  return promise
}
