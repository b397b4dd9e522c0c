import type { Figure } from './benchmark.ts'
import { type Better, compare, median, rounded } from './statistics.ts'

interface Measured {
  readonly bench: string
  readonly figure: string
  readonly unit: string
  /** One value per round. */
  readonly ours: readonly number[]
}

/** A figure beside a peer; the target is the least ratio of the medians. */
export function besidePeer(
  measured: Measured & {
    readonly peer: readonly number[]
    readonly peerName: string
    readonly better: Better
    readonly target?: number
  },
): Figure {
  const { bench, figure, unit, peerName, target = null } = measured
  const { ours, peer, ratio, lo, hi } = compare(measured.ours, measured.peer, measured.better)
  return {
    ...{ bench, figure, unit, ours: rounded(ours), peer: rounded(peer), peerName },
    ...{ ratio: rounded(ratio), lo: rounded(lo), hi: rounded(hi), target, ok: target === null || ratio >= target },
  }
}

/** What costs nothing is not infinitely better than its bound: JSON has no infinity. */
const MOST_RATIO = 1_000

/** A figure without a peer; the target is the most that its median may be, in the figure's unit. */
export function belowBound(measured: Measured & { readonly bound: number }): Figure {
  const { bench, figure, unit, bound } = measured
  const ours = median(measured.ours)
  const ratioOf = (value: number) => (value > 0 ? Math.min(rounded(bound / value), MOST_RATIO) : MOST_RATIO)
  return {
    ...{ bench, figure, unit, ours: rounded(ours), peer: null, peerName: null, ratio: ratioOf(ours) },
    ...{ lo: ratioOf(Math.max(...measured.ours)), hi: ratioOf(Math.min(...measured.ours)) },
    ...{ target: bound, ok: ours <= bound },
  }
}
