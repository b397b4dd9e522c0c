import { spawn } from 'node:child_process'
import { delimiter } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** Types, lint and format, promises, dead code: everything that needs no run. All at once, for they share nothing. */
interface Step {
  name: string
  command: string
  args: string[]
}

const root = fileURLToPath(new URL('../', import.meta.url))

const isTerminal = process.stdout.isTTY === true

const steps: Step[] = [
  { name: 'types', command: 'tsc', args: ['-p', 'tsconfig.json', '--pretty', String(isTerminal)] },
  {
    name: 'lint and format',
    command: 'biome',
    args: ['ci', `--colors=${isTerminal ? 'force' : 'off'}`, '--error-on-warnings', '--max-diagnostics=50', '.'],
  },
  { name: 'promises', command: process.execPath, args: ['scripts/floating-promises.ts'] },
  { name: 'dead code', command: 'knip', args: ['--no-progress'] },
]

interface Outcome {
  name: string
  ok: boolean
  output: string
}

const run = async ({ name, command, args }: Step): Promise<Outcome> => {
  const started = performance.now()
  const path = [`${root}node_modules/.bin`, process.env.PATH].join(delimiter)
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<boolean>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve(code === 0))
  })
  const [ok, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${ok ? '✓' : '✗'} ${name.padEnd(16)} ${seconds.padStart(5)} s`)
  return { name, ok, output: `${out}${err}`.trim() }
}

const failures = (await Promise.all(steps.map(run))).filter(({ ok }) => !ok)
for (const { name, output } of failures) console.log(`\n── ${name} ──\n${output}`)
process.exitCode = failures.length === 0 ? 0 : 1
