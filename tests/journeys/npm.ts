import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What npm tells the scripts that it runs would lead an npm that they run into the same directory. */
const ofOuterNpm = /^(npm_(?!config_(registry|cache|userconfig|cafile|(https?_)?proxy|noproxy)$)|INIT_CWD$)/i

const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofOuterNpm.test(name)))

/** An npm that could not reach its registry, or not in time. */
export class Unreachable extends Error {
  override name = 'Unreachable'
}

const unreachable =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|EHOSTUNREACH|ENETUNREACH|ENOTCACHED/

/** Runs npm and returns what it prints. Throws Unreachable, or an Error with what it says. */
export async function npm(args: readonly string[], { cwd }: { cwd: string }): Promise<string> {
  const options = { cwd, env, timeout: 100_000, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024 } as const
  try {
    return (await promisify(execFile)('npm', args, options)).stdout
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : ''
    const isLate = cause instanceof Error && 'killed' in cause && cause.killed === true
    const Failure = isLate || unreachable.test(said) ? Unreachable : Error
    throw new Failure(`npm ${args.join(' ')} failed:\n${said}`, { cause })
  }
}
