import { data } from '../checks/data.ts'
import { jsonRpc } from '../checks/json-rpc.ts'
import { outside, type Row } from '../requirement.ts'

/** A2A v0.3.0 §6. */
export const section6: readonly Row[] = [
  [77, '6.1', 'b08af07ff955', 'Tasks in completed state SHOULD', data.resultsInArtifacts],
  [78, '6.5', 'f9666efad151', 'It MUST be one of', data.partKinds],
  [79, '6.11.1', '329309c3bdf7', 'MUST be exactly `"2.0"`.', jsonRpc.version],
  [81, '6.11.1', '9155df68bca2', '`id`: An identifier established by', jsonRpc.idTypes],
  [82, '6.11.1', 'e2d424b37f3e', 'The value SHOULD NOT be', outside.client],
  [83, '6.11.1', '08d6d3941649', 'The Server MUST reply with', jsonRpc.sameId],
  [84, '6.11.2', '329309c3bdf7', 'MUST be exactly `"2.0"`.', jsonRpc.version],
  [85, '6.11.2', '82c3f9e9bcd7', '`id`: This member is REQUIRED.', jsonRpc.sameId, jsonRpc.nullId],
  [86, '6.11.2', '4bd9c94fca3d', 'It MUST be the same', jsonRpc.sameId],
  [87, '6.11.2', '4c238d1137aa', 'Parse error/Invalid Request), it', jsonRpc.nullId],
  [88, '6.11.2', '845a83db3efe', 'EITHER `result`: This member is', jsonRpc.resultOrError],
  [89, '6.11.2', 'c0edb22b964f', 'This member MUST NOT exist', jsonRpc.resultOrError],
  [90, '6.11.2', '6d26833b8fc1', 'OR `error`: This member is', jsonRpc.resultOrError],
  [91, '6.11.2', '57e74abd59b7', 'This member MUST NOT exist', jsonRpc.resultOrError],
  [92, '6.11.2', '0982b30f174e', 'The value of this member', jsonRpc.errorObject],
  [93, '6.11.2', '801ebcb13f7c', 'The members `result` and `error`', jsonRpc.resultOrError],
]
