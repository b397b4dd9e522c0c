import { spawn } from 'node:child_process'
import type { Place } from './place.ts'

/**
 * The environment of PostgreSQL's programs. Not ours: it may hold secrets, and variables such as PGDATA or LC_ALL change
 * what these programs do. Windows cannot start programs without its own.
 */
export const programEnv = (): { env?: NodeJS.ProcessEnv } =>
  process.platform === 'win32' ? {} : { env: { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin' } }

/** Runs one of PostgreSQL's programs to its end, under the place's account. Rejects with what it printed. */
export function runProgram(place: Place, program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(`${place.native}/bin/${program}`, args, {
      cwd: '/',
      ...programEnv(),
      ...place.account,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    let printed = ''
    child.stdout.on('data', chunk => (printed += chunk))
    child.stderr.on('data', chunk => (printed += chunk))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`${program} ended with ${signal ?? `code ${code}`}: ${printed.trim().slice(-2_000)}`))
    })
  })
}
