import assert from 'node:assert/strict'
import { join } from 'node:path'
import { findPeer } from '@codetether/testing/find-peer'
import type { TemporaryDirectory } from '@codetether/testing/temporary-directory'
import { endOf, type ProgramOptions, runProgram, workspace } from '../journeys/server-process.ts'

/** The folder of the scripts, in the repository. */
export const scripts = 'packages/cli/deploy/worker'

const isAble = process.getuid?.() === 0 || process.env.CI === 'true'

/** Why tests that install are skipped. In CI they are not. */
export const skip: string | false =
  findPeer('systemd-sysusers').skip || (isAble ? false : 'only root may give files to others')

/** What a first installation has to be told. */
export const needed = ['--server', 'https://agents.example', '--command', 'cat'] as const

/** Runs a program to its end. */
export async function run(command: string, args: readonly string[], options: ProgramOptions = { cwd: workspace }) {
  await using program = runProgram(command, args, options)
  const { code } = await endOf(program)
  return { code, output: program.output() }
}

/** Below a tree of the test: nothing of this machine is touched. */
export const install = ({ path }: TemporaryDirectory, args: readonly string[] = [], env: Record<string, string> = {}) =>
  run('/bin/sh', [join(workspace, scripts, 'install-worker.sh'), '--root', path, ...args], { cwd: path, env })

/** The same where it has to succeed. @returns what it says. */
export async function installed(...args: Parameters<typeof install>): Promise<string> {
  const { code, output } = await install(...args)
  assert.equal(code, 0, output)
  return output
}
