import { access } from '../checks/access.ts'
import { grpc } from '../checks/grpc.ts'
import { streams } from '../checks/streams.ts'
import { tasks } from '../checks/tasks.ts'
import { outside, type Row } from '../requirement.ts'

/** A2A v1.0.1 §7. */
export const section7: readonly Row[] = [
  [149, '7.1', 'dcb03c62db48', 'Production deployments MUST use', outside.operator],
  [150, '7.1', 'cba6421bfbf7', 'Implementations SHOULD use modern', grpc.tls],
  [151, '7.2', '840e539f1c3f', 'A2A Clients SHOULD verify the', outside.client],
  [152, '7.4', '98dfdacf515e', 'MUST authenticate every incoming', access.everyRequest, access.asDeclared],
  [153, '7.4', 'f3b7481cf0da', 'SHOULD use appropriate', access.everyRequest, access.permission],
  [154, '7.4', '200f6be0c83b', 'SHOULD provide relevant', access.everyRequest, access.challenge],
  [156, '7.6.1', 'c20455b75667', 'MUST use a Task to', tasks.authRequired],
  [157, '7.6.1', 'a8ed81b16940', 'MUST transition the TaskState to', tasks.authRequired],
  [158, '7.6.1', '799713efb4de', 'MUST include a TaskStatus message', tasks.authRequired],
  [159, '7.6.1', 'deec7a0f784d', 'Agents MUST arrange to receive', tasks.authRequired, streams.authRequired],
  [160, '7.6.1', '9f185c987f4a', 'If the credential is received', streams.authRequired],
  [162, '7.6.1', 'a1402486da85', 'Agents SHOULD support receiving', tasks.authRequired],
  [163, '7.6.2', '896026fec86b', 'The client SHOULD follow all', outside.client],
  [164, '7.6.2', '5a815dd43926', 'To avoid this, a client', outside.client],
  [165, '7.6.3', '1b5f33204a83', 'Agents SHOULD receive credentials', outside.credentials],
  [166, '7.6.3', 'ece9de0484c4', 'Credentials SHOULD be bound to', outside.credentials],
  [167, '7.6.3', 'd2d020b1d9b2', 'Credentials containing sensitive', outside.credentials],
]
