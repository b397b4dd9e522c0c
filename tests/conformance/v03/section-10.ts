import { access } from '../checks/access.ts'
import { data } from '../checks/data.ts'
import { outside, type Row } from '../requirement.ts'

/** A2A v0.3.0 §10. */
export const section10: readonly Row[] = [
  [101, '10.2', 'd4d96a319c43', 'Credentials MUST be obtained', outside.client],
  [102, '10.2', '0fedc43ba65a', 'A2A Servers MUST authenticate every', access.everyRequest, access.asDeclared],
  [103, '10.2', '1645e2c2d713', 'Input Validation: Servers MUST', data.validated, data.inert],
]
