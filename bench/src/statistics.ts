export type Better = 'higher' | 'lower'

/** Ours and the peer's medians, their ratio (> 1: ours is better) and its bounds over the rounds. */
export interface Comparison {
  readonly ours: number
  readonly peer: number
  readonly ratio: number
  readonly lo: number
  readonly hi: number
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = at(sorted, middle)
  return sorted.length % 2 === 1 ? upper : (at(sorted, middle - 1) + upper) / 2
}

/** The nearest-rank percentile of ascending values; `share` is between 0 and 1. */
export function percentile(ascending: ArrayLike<number>, share: number): number {
  return at(ascending, Math.max(0, Math.ceil(ascending.length * share) - 1))
}

/** Compares medians. Round n of ours ran next to round n of the peer, so the bounds come from those pairs. */
export function compare(ours: readonly number[], peer: readonly number[], better: Better): Comparison {
  if (ours.length !== peer.length) throw new Error('rounds of ours and of the peer differ in number')
  const ratioOf = (a: number, b: number) => (better === 'higher' ? a / b : b / a)
  const ratios = ours.map((value, round) => ratioOf(value, at(peer, round)))
  const [oursMedian, peerMedian] = [median(ours), median(peer)]
  return {
    ours: oursMedian,
    peer: peerMedian,
    ratio: ratioOf(oursMedian, peerMedian),
    lo: Math.min(...ratios),
    hi: Math.max(...ratios),
  }
}

/** The slope of the straight line that fits the points best: how much y grows with each x. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  if (points.length < 2) throw new Error('a line needs two points')
  const mean = (place: 0 | 1) => points.reduce((sum, point) => sum + point[place], 0) / points.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}

/** To four significant digits: more would be noise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

function at(values: ArrayLike<number>, index: number): number {
  const value = values[index]
  if (value === undefined) throw new Error('no values')
  return value
}
