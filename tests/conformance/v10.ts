import type { Specification } from './requirement.ts'
import { section1 } from './v10/section-01.ts'
import { section2 } from './v10/section-02.ts'
import { section3 } from './v10/section-03.ts'
import { section4 } from './v10/section-04.ts'
import { section5 } from './v10/section-05.ts'
import { section7 } from './v10/section-07.ts'
import { section8 } from './v10/section-08.ts'
import { section9 } from './v10/section-09.ts'
import { section10 } from './v10/section-10.ts'
import { section11 } from './v10/section-11.ts'
import { section12 } from './v10/section-12.ts'
import { section13 } from './v10/section-13.ts'
import { section14 } from './v10/section-14.ts'

export const v10: Specification = {
  version: '1.0.1',
  rows: [
    ...section1,
    ...section2,
    ...section3,
    ...section4,
    ...section5,
    ...section7,
    ...section8,
    ...section9,
    ...section10,
    ...section11,
    ...section12,
    ...section13,
    ...section14,
  ],
}
