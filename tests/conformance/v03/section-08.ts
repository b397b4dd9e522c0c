import { errors } from '../checks/errors.ts'
import { jsonRpc } from '../checks/json-rpc.ts'
import type { Row } from '../requirement.ts'

/** A2A v0.3.0 §8. */
export const section8: readonly Row[] = [
  [99, '8.2', '45df18f6bcbc', 'Servers SHOULD use these codes', errors.codes, jsonRpc.standardCodes],
  [100, '8.2', 'ce854f404b5a', 'Servers MAY define additional error', errors.documented],
]
