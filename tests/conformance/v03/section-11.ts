import { card } from '../checks/card.ts'
import { data } from '../checks/data.ts'
import { errors } from '../checks/errors.ts'
import { jsonRpc } from '../checks/json-rpc.ts'
import { versions } from '../checks/versions.ts'
import { outside, type Row } from '../requirement.ts'

/** A2A v0.3.0 §11. */
export const section11: readonly Row[] = [
  [104, '11.1', '8d81af9f4fca', 'For an agent to be', outside.heading],
  [105, '11.1.1', '383701c10dc7', 'Support at least one transport:', card.interfaces],
  [106, '11.1.1', '87e26f7d5bd2', 'Expose Agent Card: MUST provide', card.available],
  [107, '11.1.1', 'e805964568b7', 'Declare transport capabilities: MUST', card.interfaces, card.noOthers],
  [108, '11.1.2', '2b11315edd97', 'MUST implement all of the', versions.coreMethods],
  [110, '11.1.4', '2f7da6be34a1', 'If an agent supports additional', outside.heading],
  [111, '11.1.5', 'eb885cdc109e', 'JSON-RPC structure: MUST use valid', jsonRpc.standardCodes, jsonRpc.resultOrError],
  [112, '11.1.5', 'f52a5bb7a39a', 'A2A data objects: MUST use', data.shapesV03],
  [113, '11.1.5', '29206ad121c6', 'Error handling: MUST use the', errors.codes, jsonRpc.standardCodes],
  [114, '11.2', '067eff35aece', 'For a client to be', outside.client],
  [115, '11.2.1', '814e7b49f945', 'Multi-transport capability: MUST be', outside.client],
  [116, '11.2.1', '78260b5f01a6', 'Agent Card processing: MUST be', outside.client],
  [117, '11.2.1', '57cc277d3d59', 'Transport selection: MUST be able', outside.client],
  [118, '11.2.2', '3143b26cc1af', 'Core method usage: MUST properly', outside.client],
  [119, '11.2.2', 'e14946a91058', 'Error handling: MUST properly handle', outside.client],
  [120, '11.2.2', '7f43427aab6e', 'Authentication: MUST support at', outside.client],
  [122, '11.3', 'd81b1706a27d', 'Implementations SHOULD validate', outside.self],
]
