import type { Specification } from './requirement.ts'
import { section3 } from './v03/section-03.ts'
import { section4 } from './v03/section-04.ts'
import { section5 } from './v03/section-05.ts'
import { section6 } from './v03/section-06.ts'
import { section7 } from './v03/section-07.ts'
import { section8 } from './v03/section-08.ts'
import { section10 } from './v03/section-10.ts'
import { section11 } from './v03/section-11.ts'

export const v03: Specification = {
  version: '0.3.0',
  rows: [...section3, ...section4, ...section5, ...section6, ...section7, ...section8, ...section10, ...section11],
}
