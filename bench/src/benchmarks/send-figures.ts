import type { Figure } from '../benchmark.ts'
import { belowBound, besidePeer } from '../figures.ts'
import type { Entry, Round } from './measure.ts'

const RATIO_TO_POSTGRES = 8
const RATIO_TO_MEMORY = 1
const SERVER_MS = 0.6
const DATABASE_MS = 0.4

/** The three contestants' rounds as figures: throughput first, then what a request costs, then how long it takes. */
export function sendFigures(ours: Entry, memory: Entry, postgres: Entry): Figure[] {
  const beside = (peer: Entry) => (figure: string, unit: string, key: keyof Round, target?: number) =>
    besidePeer({
      ...{ bench: 'send', figure, unit, peerName: peer.contestant.name },
      better: key === 'perSecond' ? 'higher' : 'lower',
      ours: ours.rounds.map(round => round[key]),
      peer: peer.rounds.map(round => round[key]),
      ...(target === undefined ? {} : { target }),
    })
  const [besideMemory, besidePostgres] = [beside(memory), beside(postgres)]
  const atMost = (bound: number, figure: string, key: keyof Round) =>
    belowBound({ ...{ bench: 'send', figure, unit: 'ms', bound }, ours: ours.rounds.map(round => round[key]) })
  return [
    besidePostgres('requests/s', '1/s', 'perSecond', RATIO_TO_POSTGRES),
    besideMemory('requests/s', '1/s', 'perSecond', RATIO_TO_MEMORY),
    atMost(SERVER_MS, 'server CPU per request', 'serverMs'),
    atMost(DATABASE_MS, 'PostgreSQL CPU per request', 'databaseMs'),
    besidePostgres('server CPU per request', 'ms', 'serverMs'),
    besideMemory('server CPU per request', 'ms', 'serverMs'),
    besidePostgres('PostgreSQL CPU per request', 'ms', 'databaseMs'),
    besidePostgres('latency p50', 'ms', 'p50'),
    besideMemory('latency p50', 'ms', 'p50'),
    besidePostgres('latency p99', 'ms', 'p99'),
    besideMemory('latency p99', 'ms', 'p99'),
  ]
}
