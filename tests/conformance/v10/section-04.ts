import { card } from '../checks/card.ts'
import { data } from '../checks/data.ts'
import { errors } from '../checks/errors.ts'
import { push } from '../checks/push.ts'
import { versions } from '../checks/versions.ts'
import { outside, type Row } from '../requirement.ts'

/** A2A v1.0.1 §4. */
export const section4: readonly Row[] = [
  [113, '4', '45bf212b8494', 'All protocol bindings MUST provide', data.shapesV10, data.files],
  [114, '4.3.3', '98d70be92b21', 'The agent MUST include', push.delivered],
  [115, '4.3.3', 'fca248e4f094', 'Clients MUST respond with HTTP', outside.client],
  [116, '4.3.3', '0baf343b13d1', 'Clients SHOULD process notifications', outside.client],
  [117, '4.3.3', '33ed4c919f28', 'Clients MUST validate the task', outside.client],
  [118, '4.3.3', '8abbb1ab8d40', 'Clients SHOULD implement appropriate', outside.client],
  [119, '4.3.3', '4c3136c1ad65', 'Agents MUST attempt delivery at', push.delivered],
  [121, '4.3.3', 'deff68179310', 'Agents SHOULD include a reasonable', push.patient],
  [123, '4.6.3', '564873de5142', 'Extensions SHOULD include version', card.extensions],
  [124, '4.6.3', 'd4db6aa467e8', 'A new URI MUST be', outside.author],
  [125, '4.6.3', 'bf6933fda738', 'If a client requests a', versions.extensions, errors.extensionRequired],
  [126, '4.6.3', '99a3d91f73b8', 'It MUST NOT fall back', errors.extensionRequired],
]
