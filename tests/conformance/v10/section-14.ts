import { access } from '../checks/access.ts'
import { card } from '../checks/card.ts'
import { data } from '../checks/data.ts'
import { errors } from '../checks/errors.ts'
import { jsonRpc } from '../checks/json-rpc.ts'
import { outside, type Row } from '../requirement.ts'

/** A2A v1.0.1 §14. */
export const section14: readonly Row[] = [
  [307, '14.1.1', '9aeadebb0909', 'Encoding considerations: Binary', jsonRpc.utf8],
  [308, '14.1.1', '5df4037bdab4', 'Content MUST be validated against', data.validated],
  [309, '14.1.1', '49067220bf51', 'Implementations MUST sanitize', data.inert],
  [310, '14.1.1', '989a4c5731dd', 'File references within A2A messages', data.neverFetched],
  [311, '14.1.1', '3ac9a09e1cf8', 'Authentication and authorization', access.everyRequest],
  [312, '14.1.1', 'e749cb686030', 'Sensitive information in task', outside.law],
  [313, '14.2.1', '0d7258cb8327', 'The value MUST be in', card.versions, errors.version],
  [314, '14.3', '5a17893df8b1', 'The resource at this URI', card.available],
  [315, '14.3', '91532b471d70', 'The Agent Card MAY contain', card.tellsNoSecrets],
  [316, '14.3', 'a428310e43b0', 'Implementations SHOULD support HTTPS', outside.operator],
  [318, '14.3', '9f4fbfbf13e7', 'Clients SHOULD verify signatures', outside.client],
  [319, '14.3', '3fc6f6f24557', 'Extended Agent Cards retrieved via', card.extended],
  [320, '14.3', 'a68894e9ba16', 'All legacy names and anchors', outside.editorial],
  [321, '14.3', '1609acab5e2b', 'Each legacy span SHOULD be', outside.editorial],
  [322, '14.3', '102d71b9ef74', 'Client Implementations SHOULD:', outside.client],
  [324, '14.3', '7ff8d95c45aa', 'Until then, edits MUST be', outside.editorial],
]
