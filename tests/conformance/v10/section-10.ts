import { grpc } from '../checks/grpc.ts'
import { versions } from '../checks/versions.ts'
import type { Row } from '../requirement.ts'

/** A2A v1.0.1 §10. */
export const section10: readonly Row[] = [
  [211, '10.2', '861566abd4ac', 'A2A service parameters defined in', grpc.parameters],
  [212, '10.2', '699553d0fb70', 'Service parameter names MUST be', grpc.parameters],
  [213, '10.2', 'eabc10e23419', 'Multiple values for the same', versions.extensions],
  [214, '10.2', '28ae33427705', 'Implementations MUST extract A2A', grpc.parameters],
  [215, '10.2', 'c247a41f5c5d', 'Servers SHOULD validate required', grpc.parameters],
  [216, '10.6', 'd96a8d010c89', 'For A2A-specific errors,', grpc.errors],
]
