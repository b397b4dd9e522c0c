import { access } from '../checks/access.ts'
import { outside, type Row } from '../requirement.ts'

/** A2A v1.0.1 §7. */
export const section7: readonly Row[] = [
  [149, '7.1', 'dcb03c62db48', 'Production deployments MUST use', outside.operator],
  [152, '7.4', '98dfdacf515e', 'MUST authenticate every incoming', access.everyRequest, access.asDeclared],
  [156, '7.6.1', 'c20455b75667', 'MUST use a Task to', outside.authRequired],
  [157, '7.6.1', 'a8ed81b16940', 'MUST transition the TaskState to', outside.authRequired],
  [158, '7.6.1', '799713efb4de', 'MUST include a TaskStatus message', outside.authRequired],
  [159, '7.6.1', 'deec7a0f784d', 'Agents MUST arrange to receive', outside.authRequired],
]
