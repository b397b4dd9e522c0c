import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Benchmark, Figure, Outcome, Run } from '../benchmark.ts'
import { Child } from '../child/child.ts'
import { numberIn, textsIn } from '../child/shape.ts'
import { belowBound } from '../figures.ts'
import { type Command, startCommand } from '../peers/command.ts'
import type { Contestant } from '../peers/contestant.ts'
import { createWaiting, dispatch } from '../queues/team.ts'
import { residentMegabytes } from '../system/cpu.ts'
import { idleBetween, machineTime } from '../system/idle.ts'
import { watchPeak } from '../system/peak.ts'
import { Arena } from './arena.ts'

const READERS = 100
const LINES = 100_000
const LINE = 'line %06.0f of a task that writes its output as fast as it may'
const LEAST_LINES_PER_S = 5_000
const SERVER_MB = 100
const WORKER_MB = 50
const FOLLOW_MS = 30_000
const ROUND_MS = 120_000
const CONNECT_MS = 20_000
const SETTLE_MS = 2_000
const LOOK_MS = 20

interface Round {
  /** From the release of the task until the last reader has seen its end. */
  readonly seconds: number
  /** Megabytes above what was resident before. */
  readonly server: number
  readonly worker: number
}

export const output: Benchmark = {
  name: 'output',
  description: `one task that puts out ${LINES} lines through a worker process, followed by ${READERS} readers: lines per second and memory`,
  defaults: { rounds: 3, seconds: 20 },
  extraSeconds: 300,
  run,
}

async function run(run: Run): Promise<Outcome> {
  await using stack = new AsyncDisposableStack()
  const arena = await Arena.open(run, stack)
  const database = await arena.database('ours')
  const server = await arena.start({ name: 'ours', peer: 'ours', database, agent: 'echo' })
  const worker = stack.use(await startWorker(run, server.url))
  const readers = stack.use(new Child('readers', new URL('../load/readers.ts', import.meta.url), run.signal))
  const scene = { run, server, worker, readers }
  await play(scene)
  await arena.checkRoles(database)
  const before = await machineTime()
  const rounds: Round[] = []
  for (let round = 1; round <= run.options.rounds; round++) {
    const played = await play(scene)
    rounds.push(played)
    run.log(`round ${round} of ${run.options.rounds}: ${summary(played)}`)
  }
  const idle = idleBetween(before, await machineTime())
  return {
    figures: figuresOf(rounds),
    notes: [
      `machine idle during the rounds: ${idle.toFixed(0)} %; ${(LINES / rounds.reduce((sum, { seconds }) => sum + seconds / rounds.length, 0)).toFixed(0)} lines/s`,
      arena.note(),
      `every reader saw every line, in order: by the SHA-256 of all it was shown`,
    ],
  }
}

interface Scene {
  readonly run: Run
  readonly server: Contestant
  readonly worker: Command
  readonly readers: Child
}

/** One task. It waits until all readers follow it. */
async function play({ run, server, worker, readers }: Scene): Promise<Round> {
  const task = await createWaiting(server.url, run.signal)
  await readers.call('follow', { url: `${server.url}/v1/agent/tasks/${task}/output/stream`, count: READERS }, FOLLOW_MS)
  await sleep(SETTLE_MS, undefined, { signal: run.signal })
  const pids = [server.pid, worker.pid] as const
  const [serverBefore, workerBefore] = await Promise.all(pids.map(residentMegabytes))
  const peaks = pids.map(watchPeak)
  const started = performance.now()
  await dispatch(server.url, task, run.signal)
  const seen = await readers.call('ended', {}, ROUND_MS)
  const seconds = (performance.now() - started) / 1_000
  const [serverPeak = 0, workerPeak = 0] = await Promise.all(peaks.map(peak => peak.stop()))
  if (numberIn(seen, 'lines') !== LINES) throw new Error(`a reader saw ${numberIn(seen, 'lines')} of ${LINES} lines`)
  const digests = textsIn(seen, 'digests')
  if (digests.length !== 1 || digests[0] !== expectedDigest())
    throw new Error('a reader saw other text than was written')
  return { seconds, server: serverPeak - (serverBefore ?? 0), worker: workerPeak - (workerBefore ?? 0) }
}

async function startWorker(run: Run, url: string): Promise<Command> {
  await using stack = new AsyncDisposableStack()
  const directory = join(run.directory, 'worker')
  await mkdir(directory)
  const command = `seq -f '${LINE}' 1 ${LINES}`
  const worker = stack.use(
    startCommand(['worker', '--server', url, '--data-dir', directory, '--command', command], directory),
  )
  const signal = AbortSignal.any([run.signal, worker.ended, AbortSignal.timeout(CONNECT_MS)])
  while (!worker.output().includes('connected')) await sleep(LOOK_MS, undefined, { signal })
  stack.move()
  return worker
}

function expectedDigest(): string {
  const hash = createHash('sha256')
  for (let line = 1; line <= LINES; line++) hash.update(`${LINE.replace('%06.0f', String(line).padStart(6, '0'))}\n`)
  return hash.digest('hex')
}

function figuresOf(rounds: readonly Round[]): Figure[] {
  const figure = (name: string, unit: string, ours: number[], bound: number) =>
    belowBound({ bench: 'output', figure: name, unit, ours, bound })
  return [
    figure(
      `time per line until ${READERS} readers have it`,
      'ms',
      rounds.map(({ seconds }) => (seconds * 1_000) / LINES),
      1_000 / LEAST_LINES_PER_S,
    ),
    figure(
      'server memory above idle',
      'MB',
      rounds.map(({ server }) => server),
      SERVER_MB,
    ),
    figure(
      'worker memory above idle',
      'MB',
      rounds.map(({ worker }) => worker),
      WORKER_MB,
    ),
  ]
}

const summary = ({ seconds, server, worker }: Round): string =>
  `${(LINES / seconds).toFixed(0)} lines/s, memory +${server.toFixed(0)} MB server, +${worker.toFixed(0)} MB worker`
