import { access } from '../checks/access.ts'
import { grpc } from '../checks/grpc.ts'
import { tasks } from '../checks/tasks.ts'
import { outside, type Row } from '../requirement.ts'

/** A2A v0.3.0 §4. */
export const section4: readonly Row[] = [
  [45, '4.1', 'aa1a64172629', 'As stated in section 3.1,', outside.operator],
  [46, '4.1', '969fa4bb319f', 'Implementations SHOULD use modern', grpc.tls],
  [47, '4.2', '840e539f1c3f', 'A2A Clients SHOULD verify the', outside.client],
  [
    48,
    '4.4',
    '9a388444a55c',
    'MUST authenticate every incoming',
    access.everyRequest,
    access.challenge,
    access.asDeclared,
  ],
  [49, '4.4', 'f184cc4c5037', 'SHOULD use standard HTTP status', access.challenge, access.forbidden],
  [50, '4.4', '0b41a3a2da53', 'SHOULD include relevant HTTP headers', access.challenge],
  [51, '4.5', '90f94bcc35ee', 'It SHOULD transition the A2A', tasks.authRequired],
  [52, '4.5', 'afd163a46729', 'The accompanying', tasks.authRequired],
]
