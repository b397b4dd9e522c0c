import { access } from '../checks/access.ts'
import { jsonRpc } from '../checks/json-rpc.ts'
import { outside, type Row } from '../requirement.ts'

/** A2A v0.3.0 §7. */
export const section7: readonly Row[] = [
  [94, '7', '7bee75e889c2', 'The body of the HTTP', jsonRpc.contentType],
  [95, '7', 'c53aba2e27fc', "The A2A Server's HTTP response", jsonRpc.resultOrError, jsonRpc.streamedAnswers],
  [96, '7.10', 'deb6718cf66e', 'Authentication: The client MUST', outside.client],
  [97, '7.10', 'ceb78fef7638', 'The server SHOULD include a', access.challenge],
  [98, '7.10', '1a7dda8b8d55', 'Clients retrieving this', outside.client],
]
