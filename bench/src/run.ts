import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Benchmark, Options } from './benchmark.ts'
import { jsonLines, table } from './report.ts'
import { idleShare } from './system/idle.ts'

const IDLE_SAMPLE_MS = 1_000
const QUIET_PERCENT = 90
/** Start, warm-up, settling and stop of everything a benchmark brings, besides its rounds. */
const OVERHEAD_MS = 120_000
const CONTESTANTS = 3

/** Runs one benchmark and prints it. Returns the exit status: 1 if a target is missed, 130 after an interrupt. */
export async function runBenchmark(benchmark: Benchmark, options: Options, json: boolean): Promise<number> {
  await using interrupts = listenForInterrupts()
  const signal = AbortSignal.any([interrupts.signal, AbortSignal.timeout(timeLimitMs(benchmark, options))])
  const log = (line: string) => void process.stderr.write(`${line}\n`)
  try {
    await using directory = await temporaryDirectory(benchmark.name)
    const before = await idleShare(IDLE_SAMPLE_MS, signal)
    log(`${benchmark.name}: ${benchmark.description}`)
    log(`machine idle before: ${before.toFixed(0)} %`)
    const { figures, notes } = await benchmark.run({ options, signal, directory: directory.path, log })
    const busy = before < QUIET_PERCENT ? ': something else is running, expect unsteady figures' : ''
    const allNotes = [`machine idle before the run: ${before.toFixed(0)} %${busy}`, ...notes]
    if (json) {
      process.stdout.write(jsonLines(figures))
      for (const note of allNotes) log(note)
    } else {
      process.stdout.write(`${table(figures)}\n${allNotes.join('\n')}\n`)
    }
    return figures.every(figure => figure.ok) ? 0 : 1
  } catch (error) {
    if (!interrupts.signal.aborted) throw error
    log('interrupted')
    return 130
  }
}

const timeLimitMs = ({ extraSeconds = 0 }: Benchmark, { rounds, seconds }: Options): number =>
  OVERHEAD_MS + extraSeconds * 1_000 + rounds * seconds * CONTESTANTS * 2_000

/** Ctrl-C and SIGTERM end the run through its signal, so that every child and directory is still put away. */
function listenForInterrupts() {
  const controller = new AbortController()
  const interrupt = () => controller.abort(new Error('interrupted'))
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  return {
    signal: controller.signal,
    [Symbol.asyncDispose]: () => {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
      return Promise.resolve()
    },
  }
}

async function temporaryDirectory(name: string) {
  const path = await mkdtemp(join(tmpdir(), `codetether-bench-${name}-`))
  // Started as root, the database runs under another uid, which must be able to pass through.
  await chmod(path, 0o755)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) }
}
