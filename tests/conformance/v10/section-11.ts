import { errors } from '../checks/errors.ts'
import { rest } from '../checks/rest.ts'
import { streams } from '../checks/streams.ts'
import { versions } from '../checks/versions.ts'
import type { Row } from '../requirement.ts'

/** A2A v1.0.1 §11. */
export const section11: readonly Row[] = [
  [217, '11.1', 'e930cf75875d', 'Content-Type: application/a2a+json', rest.mediaType],
  [218, '11.2', '5d32da4c89fe', 'A2A service parameters defined in', rest.serviceParameters],
  [219, '11.2', '30e48ed7e80a', 'Service parameter names MUST be', rest.serviceParameters],
  [220, '11.2', 'fdc30c3b51d0', 'Multiple values for the same', versions.extensions],
  [221, '11.5', 'afc8fbdecebb', 'HTTP methods that do not', rest.queries, rest.paths],
  [222, '11.5', 'e75a802aec63', 'Query parameter names MUST use', rest.queries],
  [224, '11.5', '9574021adafa', 'Nested Objects: Not supported in', rest.paths],
  [225, '11.5', '926c12d0fa96', 'All query parameter values MUST', rest.queries],
  [226, '11.6', '11f3bc68ca88', 'Each object in the `details`', rest.statuses],
  [227, '11.6', '3168330bb403', 'Implementations SHOULD use', errors.fields],
  [229, '11.6', '711aeb79bcef', 'Since multiple A2A error types', rest.statuses],
  [230, '11.7', 'ee4032012653', 'Implementations SHOULD avoid', streams.order],
]
