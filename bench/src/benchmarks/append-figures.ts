import type { Figure } from '../benchmark.ts'
import { belowBound, besidePeer } from '../figures.ts'
import type { Contestant } from '../peers/contestant.ts'
import { median } from '../statistics.ts'

export const CHUNKS = 10_000
/** The SDK writes the whole task with every chunk: ten thousand would take it an hour. */
export const PEER_CHUNKS = 1_000
/** Chunks between two looks at the clock and the log. */
export const WINDOW = 100
/** A place of the artifact is so many chunks up to there. */
const SPAN = 500
const GROWTH = 1.3

/** Costs per chunk, up to the chunk `end`. */
export interface Window {
  readonly end: number
  readonly milliseconds: number
  readonly logBytes: number
  readonly serverMs: number
  readonly databaseMs: number
}

export interface Entry {
  readonly contestant: Contestant
  readonly database: string
  readonly schema: 'ours' | 'sdk'
  readonly chunks: number
  readonly rounds: Window[][]
}

type Cost = Exclude<keyof Window, 'end'>

/**
 * What a chunk costs at a place of the artifact: the median of the windows that end there. CPU is counted in ticks, too
 * few in one window, so of that it is the mean.
 */
export function costAt(windows: readonly Window[], place: number, cost: Cost): number {
  const costs = windows.filter(({ end }) => end > place - SPAN && end <= place).map(window => window[cost])
  const isCounted = cost === 'serverMs' || cost === 'databaseMs'
  return isCounted ? costs.reduce((sum, value) => sum + value, 0) / costs.length : median(costs)
}

export function appendFigures(ours: Entry, peer: Entry): Figure[] {
  const growth = (figure: string, cost: Cost) =>
    belowBound({
      ...{ bench: 'append', figure: `${figure} at ${CHUNKS}, over that at ${PEER_CHUNKS}`, unit: '×', bound: GROWTH },
      ours: ours.rounds.map(windows => costAt(windows, CHUNKS, cost) / costAt(windows, PEER_CHUNKS, cost)),
    })
  const beside = (figure: string, unit: string, cost: Cost) =>
    besidePeer({
      ...{ bench: 'append', figure: `${figure} at ${PEER_CHUNKS}`, unit },
      ...{ peerName: peer.contestant.name, better: 'lower' },
      ours: ours.rounds.map(windows => costAt(windows, PEER_CHUNKS, cost)),
      peer: peer.rounds.map(windows => costAt(windows, PEER_CHUNKS, cost)),
    })
  return [
    growth('time per chunk', 'milliseconds'),
    growth('WAL per chunk', 'logBytes'),
    beside('time per chunk', 'ms', 'milliseconds'),
    beside('WAL per chunk', 'B', 'logBytes'),
    beside('server CPU per chunk', 'ms', 'serverMs'),
    beside('PostgreSQL CPU per chunk', 'ms', 'databaseMs'),
  ]
}
