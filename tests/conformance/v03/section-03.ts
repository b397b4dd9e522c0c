import { card } from '../checks/card.ts'
import { grpc } from '../checks/grpc.ts'
import { jsonRpc } from '../checks/json-rpc.ts'
import { rest } from '../checks/rest.ts'
import { streams } from '../checks/streams.ts'
import { versions } from '../checks/versions.ts'
import { outside, type Row } from '../requirement.ts'

/** A2A v0.3.0 §3. */
export const section3: readonly Row[] = [
  [1, '3.1', '80610ebe8f30', 'A2A communication MUST occur over', jsonRpc.overHttp],
  [2, '3.1', '2ee2c1697368', 'Agents MUST implement at least', card.interfaces],
  [3, '3.2', '2e8f01f1df7e', 'A2A-compliant agents SHOULD', card.interfaces],
  [6, '3.2.1', '1a2a5394dcbb', 'If implemented, it MUST conform', outside.heading],
  [7, '3.2.1', '7284d38a5686', 'Client requests and server responses', jsonRpc.standardCodes, jsonRpc.resultOrError],
  [8, '3.2.1', '3c2c60b086c1', 'The `Content-Type` header for HTTP', jsonRpc.contentType],
  [10, '3.2.2', '1a2a5394dcbb', 'If implemented, it MUST conform', outside.heading],
  [11, '3.2.2', 'eb2d4768a3ae', 'Protocol Definition: MUST use the', grpc.methods, grpc.messages],
  [12, '3.2.2', 'b53fa47daf10', 'Message Serialization: MUST use', grpc.messages],
  [13, '3.2.2', 'cc9b04323eb1', 'Service Definition: MUST implement', grpc.methods],
  [14, '3.2.2', '662ddd198696', 'Method Coverage: MUST provide all', grpc.methods, grpc.messages],
  [15, '3.2.2', '045d08328492', 'Field Mapping: MUST use the', grpc.messages],
  [16, '3.2.2', '76d4466e3a99', 'Error Handling: MUST map A2A', grpc.errors],
  [17, '3.2.2', 'f86e16d74345', 'Transport Security: MUST support TLS', grpc.tls],
  [19, '3.2.3', '1a2a5394dcbb', 'If implemented, it MUST conform', outside.heading],
  [20, '3.2.3', 'db0da69aac50', 'HTTP Methods: MUST use appropriate', rest.paths],
  [21, '3.2.3', 'a0eaf43c2578', 'URL Patterns: MUST follow the', rest.paths],
  [22, '3.2.3', 'e6a37e748d52', 'Content-Type: MUST use', rest.json],
  [23, '3.2.3', '229f26d928e0', 'HTTP Status Codes: MUST use', rest.statuses, rest.olderErrors],
  [24, '3.2.3', 'bddf1bec474f', 'Request/Response Format: MUST use', rest.equivalent],
  [25, '3.2.3', '662ddd198696', 'Method Coverage: MUST provide all', rest.paths, rest.equivalent],
  [26, '3.2.3', 'f963e1effb15', 'Error Format: MUST return error', rest.olderErrors],
  [28, '3.2.4', '867ecd947337', 'MUST maintain functional equivalence', outside.bindings],
  [29, '3.2.4', 'a61a7f0a07f0', 'MUST use clear namespace identifiers', outside.bindings],
  [30, '3.2.4', 'a84c4eec2fec', 'MUST be clearly documented and', outside.bindings],
  [31, '3.2.4', '12a9e8b1c027', 'SHOULD provide migration paths from', outside.bindings],
  [32, '3.3.3', '010e51767933', 'If REST transport is supported', rest.streams],
  [33, '3.4.1', '0488701c6621', 'When an agent supports multiple', rest.equivalent],
  [34, '3.4.2', '95ca152859c3', 'Agent Declaration: Agents MUST', card.interfaces, card.noOthers],
  [36, '3.4.2', '3f58a1c70bce', 'Fallback Behavior: Clients SHOULD', outside.client],
  [38, '3.4.3', 'aa9bd4b31653', 'Such extensions MUST be', streams.plain],
  [39, '3.5.1', '044e30adb88d', 'JSON-RPC methods MUST follow the', versions.methodNames],
  [40, '3.5.2', '0a46bda0352b', 'gRPC methods MUST follow Protocol', grpc.methods],
  [41, '3.5.3', '1c2b3503007e', 'REST endpoints MUST follow RESTful', rest.paths],
  [42, '3.5.4', 'e85c88c2723a', 'When implementing multiple', outside.heading],
  [43, '3.5.4', '8c0276154cf4', 'Maintain functional equivalence:', rest.equivalent],
  [44, '3.5.5', 'a0b3fee56a8b', 'Extension methods MUST be clearly', versions.extensionMethods],
]
