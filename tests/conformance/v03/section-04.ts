import { access } from '../checks/access.ts'
import { outside, type Row } from '../requirement.ts'

/** A2A v0.3.0 §4. */
export const section4: readonly Row[] = [
  [45, '4.1', 'aa1a64172629', 'As stated in section 3.1,', outside.operator],
  [48, '4.4', '9a388444a55c', 'MUST authenticate every incoming', access.everyRequest, access.asDeclared],
]
