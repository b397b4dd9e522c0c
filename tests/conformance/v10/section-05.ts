import { card } from '../checks/card.ts'
import { data } from '../checks/data.ts'
import { errors } from '../checks/errors.ts'
import { rest } from '../checks/rest.ts'
import { outside, type Row } from '../requirement.ts'

/** A2A v1.0.1 §5. */
export const section5: readonly Row[] = [
  [127, '5.1', 'ed05883996e0', 'When an agent supports multiple', rest.equivalent],
  [128, '5.2', 'b9fb19252123', 'Agent Declaration: Agents MUST', card.interfaces, card.noOthers],
  [130, '5.2', '2a2cdbdec845', 'Fallback Behavior: Clients SHOULD', outside.client],
  [131, '5.4', '46f129dcb88c', 'All A2A-specific errors defined in', errors.codes],
  [132, '5.4', 'ff0a2ffae59f', 'Custom protocol bindings MUST define', outside.bindings],
  [133, '5.4', '186a434992b2', 'The binding specification SHOULD', outside.bindings],
  [134, '5.5', '0dfd65e6f9ce', 'All JSON serializations of the', data.camelCase],
  [135, '5.5', '3ec1d0686c0a', 'Enum values MUST be represented', data.enums],
  [136, '5.6.1', '9f7766660e84', 'When serialized to JSON (in', data.timestamps],
  [137, '5.6.1', '47ec3483b9e4', 'Precision: Millisecond precision', data.timestamps],
  [138, '5.6.1', 'd48ea4b3e3d8', 'Clients and servers MUST parse', data.timestamps, data.readsTimestamps],
  [140, '5.6.1', 'da53dc4c4c4b', 'Timestamps MUST NOT include timezone', data.timestamps],
  [141, '5.7', '483c29428175', 'The Protocol Buffer definition in', outside.editorial],
  [142, '5.7', '23fd41a006fc', 'Fields marked with', data.requiredFields, card.complete],
  [143, '5.7', '689d30cc11dc', 'Implementations SHOULD validate', data.requiredFields],
  [144, '5.7', 'c3aa900cd771', 'Arrays marked as required MUST', data.requiredFields, card.complete],
  [145, '5.7', 'ceed5a5cf45c', 'Implementations SHOULD ignore', data.unknownFields],
  [146, '5.8', 'e07bbee99a0c', 'Custom protocol bindings SHOULD be', outside.bindings],
  [147, '5.8', '33946ea3f2bd', 'SHOULD be a URI:', outside.bindings],
  [148, '5.8', 'a48431e5bffc', 'When a breaking change is', outside.bindings],
]
