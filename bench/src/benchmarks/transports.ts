import type { Benchmark, Figure, Outcome, Run } from '../benchmark.ts'
import { besidePeer } from '../figures.ts'
import { Generator } from '../load/generator.ts'
import type { Contestant } from '../peers/contestant.ts'
import { countCompletedTasks } from '../postgres.ts'
import { median } from '../statistics.ts'
import { idleBetween, machineTime } from '../system/idle.ts'
import { transports as allTransports, type Transport } from '../transport.ts'
import { Arena, type Peer } from './arena.ts'
import { CONNECTIONS, type Course, type Entry, playRounds, type Round, rotated, warmUp } from './measure.ts'

const LEAST_RATIO = 1

export const transports: Benchmark = {
  name: 'transports',
  description: `SendMessage of v1.0 over ${allTransports.join(', ')} by ${CONNECTIONS} callers, beside the official SDK's server in memory`,
  defaults: { rounds: 5, seconds: 3 },
  // Twice as many contestants as the time limit counts with, and their warm-up.
  extraSeconds: 180,
  run,
}

/** One transport, served by both. */
interface Pair {
  readonly transport: Transport
  readonly ours: Entry
  readonly memory: Entry
}

async function run(run: Run): Promise<Outcome> {
  await using stack = new AsyncDisposableStack()
  const arena = await Arena.open(run, stack)
  const database = await arena.database('ours')
  const generator = stack.use(new Generator(run.signal))
  const start = (name: string, peer: Peer, kept: string | null) =>
    arena.start({ name, peer, database: kept, agent: 'echo', allDoors: true })
  const ours = await start('ours', 'ours', database)
  const memory = await start('SDK in memory', 'sdk-memory', null)
  const pairs: Pair[] = []
  for (const transport of allTransports) {
    const enter = (contestant: Contestant, kept: string | null) =>
      warmUp(run, courseOf(transport, contestant, kept), generator)
    pairs.push({ transport, ours: await enter(ours, database), memory: await enter(memory, null) })
  }
  await arena.checkRoles(database)

  const before = await machineTime()
  await playRounds(
    run,
    { entries: pairs.flatMap(entriesOf), orderOf: round => inOrder(pairs, round) },
    generator,
    arena,
  )
  const idle = idleBetween(before, await machineTime())
  const answers = pairs.reduce((sum, pair) => sum + pair.ours.completed, 0)
  const kept = await countCompletedTasks(database, 'ours')
  if (kept !== answers) throw new Error(`ours: ${answers} answers, but ${kept} completed tasks in its database`)
  return {
    figures: pairs.flatMap(figuresOf),
    notes: [
      `machine idle during the rounds: ${idle.toFixed(0)} %`,
      ...pairs.map(noteOf),
      arena.note(),
      `every answer decoded and checked, none wrong; all ${kept} tasks of ours are in its database`,
    ],
  }
}

const entriesOf = ({ ours, memory }: Pair): Entry[] => [ours, memory]

/** Those of one transport play next to each other: their rounds are compared one by one. */
const inOrder = (pairs: readonly Pair[], round: number): Entry[] =>
  rotated(pairs, round).flatMap(pair => rotated(entriesOf(pair), round))

function courseOf(transport: Transport, contestant: Contestant, database: string | null): Course {
  const url = contestant.doors?.[transport]
  if (url === undefined) throw new Error(`${contestant.name} does not serve ${transport}`)
  const workload = { kind: 'SendMessage', transport } as const
  return { name: `${contestant.name}, ${transport}`, contestant, database, url, workload }
}

function figuresOf({ transport, ours, memory }: Pair): Figure[] {
  const beside = (figure: string, unit: string, key: keyof Round, target?: number) =>
    besidePeer({
      ...{ bench: 'transports', figure: `${transport}: ${figure}`, unit, peerName: memory.contestant.name },
      better: key === 'perSecond' ? 'higher' : 'lower',
      ours: ours.rounds.map(round => round[key]),
      peer: memory.rounds.map(round => round[key]),
      ...(target === undefined ? {} : { target }),
    })
  return [
    beside('requests/s', '1/s', 'perSecond', LEAST_RATIO),
    beside('server CPU per request', 'ms', 'serverMs'),
    beside('latency p50', 'ms', 'p50'),
    beside('latency p99', 'ms', 'p99'),
  ]
}

/** What the SDK's server in memory has no match for, and what the generator took. */
function noteOf({ transport, ours, memory }: Pair): string {
  const medianOf = ({ rounds }: Entry, key: keyof Round) => median(rounds.map(round => round[key]))
  const shares = [ours, memory].map(entry => `${medianOf(entry, 'generatorShare').toFixed(0)} %`)
  return (
    `${transport}: PostgreSQL CPU per request of ours ${medianOf(ours, 'databaseMs').toFixed(3)} ms; ` +
    `load generator ${shares.join(' and ')} of one processor`
  )
}
