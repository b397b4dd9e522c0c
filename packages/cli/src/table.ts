import { harmless } from './output.ts'
import { padTo, shorten, textWidth } from './text-width.ts'

const gap = '  '

/**
 * Lines of a table with a heading. On a terminal the last column gives way so that no line is longer than `columns`;
 * without `columns` nothing is cut.
 */
export const table = (heading: readonly string[], rows: readonly (readonly string[])[], columns?: number): string[] => {
  const cells = [heading, ...rows].map(row => row.map(cell => harmless(cell).replaceAll(/\s+/g, ' ').trim()))
  const widths = heading.map((_, column) => Math.max(...cells.map(row => textWidth(row[column] ?? ''))))
  const fixed = widths.slice(0, -1).reduce((sum, width) => sum + width + gap.length, 0)
  const last = Math.max(8, (columns ?? Number.POSITIVE_INFINITY) - fixed)
  return cells.map(row =>
    row
      .map((cell, column) => (column === heading.length - 1 ? shorten(cell, last) : padTo(cell, widths[column] ?? 0)))
      .join(gap)
      .trimEnd(),
  )
}
