import type { Figure } from '../benchmark.ts'
import { belowBound, besidePeer } from '../figures.ts'
import type { LoadResult } from '../load/generate.ts'
import type { ListMethod } from '../load/lists.ts'
import type { Contestant } from '../peers/contestant.ts'
import { slope } from '../statistics.ts'
import type { CpuTimes } from './arena.ts'

/** The listing of either version. */
export const LISTS = ['ListTasks', 'tasks/list'] as const
export const HEAP_TASKS = 50_000
const LEAST_RATIO = 0.8
const HEAP_BYTES = 100

/** What is asked. */
export type Kind = 'send' | ListMethod

export interface Round {
  readonly load: LoadResult
  /** CPU time per answer in milliseconds. */
  readonly cpu: CpuTimes
}

export interface Entry {
  readonly contestant: Contestant
  readonly database: string
  /** How many tasks it holds. */
  tasks: number
  readonly rounds: Map<Kind, Round[]>
}

/** The server with a long history beside the one without. */
export function historyFigures(full: Entry, empty: Entry): Figure[] {
  const figure = (kind: Kind, name: string, unit: string, of: (round: Round) => number, target?: number) =>
    besidePeer({
      ...{ bench: 'history', figure: name, unit, peerName: empty.contestant.name },
      better: unit === '1/s' ? 'higher' : 'lower',
      ours: (full.rounds.get(kind) ?? []).map(of),
      peer: (empty.rounds.get(kind) ?? []).map(of),
      ...(target === undefined ? {} : { target }),
    })
  return [
    figure('send', 'requests/s', '1/s', ({ load }) => load.perSecond, LEAST_RATIO),
    figure('send', 'server CPU per request', 'ms', ({ cpu }) => cpu.server),
    figure('send', 'PostgreSQL CPU per request', 'ms', ({ cpu }) => cpu.database),
    ...LISTS.flatMap(kind => [
      figure(kind, `${kind} p50`, 'ms', ({ load }) => load.p50, LEAST_RATIO),
      figure(kind, `${kind} p99`, 'ms', ({ load }) => load.p99),
      figure(kind, `PostgreSQL CPU per ${kind}`, 'ms', ({ cpu }) => cpu.database),
    ]),
  ]
}

/** What the heap grows by with each task: the slope of the line through its sizes. */
export function heapFigure(points: readonly (readonly [tasks: number, bytes: number])[]): Figure {
  const figure = `growth of the heap per task, over ${HEAP_TASKS}`
  return belowBound({ bench: 'history', figure, unit: 'B', ours: [slope(points)], bound: HEAP_BYTES })
}
