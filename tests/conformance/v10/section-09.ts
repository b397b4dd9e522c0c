import { errors } from '../checks/errors.ts'
import { jsonRpc } from '../checks/json-rpc.ts'
import { versions } from '../checks/versions.ts'
import type { Row } from '../requirement.ts'

/** A2A v1.0.1 §9. */
export const section9: readonly Row[] = [
  [204, '9.2', '4e1fee31e1c6', 'A2A service parameters defined in', jsonRpc.headers],
  [205, '9.2', '30e48ed7e80a', 'Service parameter names MUST be', jsonRpc.headers],
  [206, '9.2', 'fdc30c3b51d0', 'Multiple values for the same', versions.extensions],
  [207, '9.3', '31dcf604fe13', 'All JSON-RPC requests MUST follow', jsonRpc.standardCodes, jsonRpc.version],
  [208, '9.5', 'f3d8b591bebb', 'Each object in the `data`', errors.types],
  [209, '9.5', '76ebe0fcde32', 'Implementations SHOULD use', errors.types, errors.fields],
]
