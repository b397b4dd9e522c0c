import { parseArgs } from 'node:util'
import type { Benchmark } from './benchmark.ts'
import { benchmarks } from './registry.ts'
import { listing } from './report.ts'
import { runBenchmark } from './run.ts'

const USAGE = `usage: npm run bench -- NAME [--json] [--rounds N] [--seconds S] [--database ADDRESS]

  --json      one line of JSON per figure; progress and notes go to stderr
  --rounds    rounds per contestant
  --seconds   length of a round (send, transports, streams, open-streams, history, pickup) or of the idle time in it (start, streams); the others take as long as their work
  --database  superuser of a disposable PostgreSQL on this machine, instead of the embedded one (not for start)
`

const arguments_ = {
  json: { type: 'boolean', default: false },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  database: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: arguments_, allowPositionals: true })
  const [name, ...rest] = positionals
  if (name === undefined || values.help) {
    process.stdout.write(`${listing(benchmarks)}\n${USAGE}`)
    return 0
  }
  const benchmark = benchmarks.find(candidate => candidate.name === name)
  if (benchmark === undefined || rest.length > 0) throw new UsageError(`unknown: ${[name, ...rest].join(' ')}`)
  return await runBenchmark(benchmark, optionsOf(benchmark, values), values.json)
}

function optionsOf(benchmark: Benchmark, values: { rounds?: string; seconds?: string; database?: string }) {
  return {
    rounds: numberOf('rounds', values.rounds, benchmark.defaults.rounds, Number.isInteger),
    seconds: numberOf('seconds', values.seconds, benchmark.defaults.seconds, Number.isFinite),
    database: values.database ?? null,
  }
}

function numberOf(name: string, text: string | undefined, fallback: number, valid: (value: number) => boolean) {
  const value = text === undefined ? fallback : Number(text)
  if (!valid(value) || value <= 0 || value > 1_000) throw new UsageError(`--${name} is a number from 1 to 1000`)
  return value
}

class UsageError extends Error {}

function isUsage(error: unknown): boolean {
  const parsing = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  return error instanceof UsageError || parsing
}

try {
  process.exitCode = await main()
} catch (error) {
  const usage = isUsage(error)
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage ? `\n${USAGE}` : ''}`)
  process.exitCode = usage ? 2 : 1
}
