import { access } from '../checks/access.ts'
import { card } from '../checks/card.ts'
import { data } from '../checks/data.ts'
import { errors } from '../checks/errors.ts'
import { push } from '../checks/push.ts'
import { outside, type Row } from '../requirement.ts'

/** A2A v1.0.1 §13. */
export const section13: readonly Row[] = [
  [242, '13.1', '27a2ed00907c', 'Implementations MUST ensure', access.listed, access.oneTask],
  [243, '13.1', '209cde5e57de', 'Servers MUST implement authorization', access.everyRequest, access.oneTask],
  [244, '13.1', '611f15cfcf4a', 'Implementations MUST scope results', access.listed],
  [245, '13.1', '4283a2c2e759', 'Even when `contextId` or other', access.listed],
  [247, '13.1', 'eb71cd1433ab', '`List Tasks`: MUST only return', access.listed],
  [248, '13.1', 'd5baa6267eeb', '`Get Task`: MUST verify the', access.oneTask],
  [249, '13.1', '9a77997a9659', 'Task-related operations (Cancel,', access.oneTask],
  [250, '13.1', 'c374e98b62ef', 'Authorization checks MUST occur', access.checkedFirst, access.oneTask],
  [252, '13.2', '8c048cabe088', 'Agents MUST include authentication', push.delivered],
  [257, '13.2', 'defd663eb38d', 'Clients MUST validate webhook', outside.client],
  [259, '13.2', 'fca248e4f094', 'Clients MUST respond with HTTP', outside.client],
  [267, '13.3', '0ec8a778c476', 'The `Get Extended Agent Card`', access.everyRequest, access.asDeclared],
  [268, '13.3', 'db68449312fc', 'Agents MUST authenticate requests', access.everyRequest, access.asDeclared],
  [276, '13.3', 'cce5c30dbcf2', 'Agents MUST validate that clients', outside.extendedCard],
  [279, '13.3', '182823a0dea6', 'When', errors.noExtendedCard],
  [280, '13.3', '5543a406bf3d', 'When support is declared but', outside.extendedCard],
  [281, '13.4', 'c8353c982c8c', 'Production deployments MUST use', outside.operator],
  [285, '13.4', 'c83686e03bba', 'Agents MUST validate all input', data.validated],
  [288, '13.4', '0f8b56b27c87', 'API keys, tokens, and other', access.secrets, card.tellsNoSecrets],
  [296, '13.4', 'b587b01d643f', 'Logs MUST NOT include sensitive', access.logs],
  [300, '13.4', '68504ad0cc6f', 'Agents MUST comply with applicable', outside.law],
  [304, '13.4', '9d8d8aa63050', 'Custom protocol bindings MUST', outside.bindings],
  [306, '13.4', '701a832d4163', 'Custom bindings MUST document', outside.bindings],
]
