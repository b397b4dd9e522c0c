import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../bin/codetether.js', import.meta.url))

export interface CliOptions {
  env?: Record<string, string>
  /** What is piped into it. */
  input?: string
  directory?: string
}

export interface CliResult {
  code: number | null
  stdout: string
  stderr: string
}

/** Starts the program as a person does. Nothing of the caller's environment reaches it. */
export const startCli = (args: readonly string[], { env = {}, input, directory = tmpdir() }: CliOptions = {}) => {
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [bin, ...args], { cwd: directory, env })
  if (input !== undefined) child.stdin.end(input)
  return child
}

/** Runs the program to its end. */
export const runCli = async (args: readonly string[], options: CliOptions = {}): Promise<CliResult> => {
  const child = startCli(args, { input: '', ...options })
  const closed = once(child, 'close')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = await closed
  return { code, stdout, stderr }
}
