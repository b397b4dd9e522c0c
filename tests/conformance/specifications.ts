import { type Check, isCheck, type Outside, type Row, type Specification } from './requirement.ts'
import { v03 } from './v03.ts'
import { v10 } from './v10.ts'

/** The specifications of A2A that the server speaks, each with all its requirements. */
export const specifications: readonly Specification[] = [v03, v10]

/** What stands behind the words of a row: its checks, or why there is none. */
export const shownBy = ([, , , , ...shown]: Row): readonly (Check | Outside)[] => shown

export const checksOf = (row: Row): Check[] => shownBy(row).filter(isCheck)

/** Every check, and for each the requirements that it shows, as `0.3.0 §6.5 #78`. */
export function checksWithRequirements(): Map<Check, string[]> {
  const found = new Map<Check, string[]>()
  for (const { version, rows } of specifications)
    for (const row of rows)
      for (const shown of checksOf(row))
        found.set(shown, [...(found.get(shown) ?? []), `${version} §${row[1]} #${row[0]}`])
  return found
}
