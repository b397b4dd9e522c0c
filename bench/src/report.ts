import type { Benchmark, Figure } from './benchmark.ts'

const HEAD = ['figure', 'unit', 'ours', 'peer', 'beside', 'ratio', 'lo – hi', 'target', '']
const TEXT_COLUMNS = new Set([0, 1, 4, 8])

export function listing(benchmarks: readonly Benchmark[]): string {
  const width = Math.max(...benchmarks.map(({ name }) => name.length))
  return benchmarks.map(({ name, description }) => `${name.padEnd(width)}  ${description}\n`).join('')
}

/** One JSON object per line and figure. */
export function jsonLines(figures: readonly Figure[]): string {
  return figures.map(figure => `${JSON.stringify(figure)}\n`).join('')
}

export function table(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(row)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map(cells => cells[column]?.length ?? 0)))
  return rows.map(cells => `${cells.map(aligned(widths)).join('  ').trimEnd()}\n`).join('')
}

function aligned(widths: readonly number[]) {
  return (cell: string, column: number): string => {
    const width = widths[column] ?? 0
    return TEXT_COLUMNS.has(column) ? cell.padEnd(width) : cell.padStart(width)
  }
}

function row(figure: Figure): string[] {
  const { unit, ours, peer, peerName, ratio, lo, hi, ok } = figure
  return [
    ...[figure.figure, unit, number(ours), peer === null ? '' : number(peer), peerName ?? ''],
    ...[`${ratio.toFixed(2)} ×`, `${lo.toFixed(2)} – ${hi.toFixed(2)}`, target(figure), ok ? '' : 'MISSED'],
  ]
}

function target({ target, peer }: Figure): string {
  if (target === null) return ''
  return peer === null ? `≤ ${number(target)}` : `≥ ${number(target)} ×`
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 })
}
