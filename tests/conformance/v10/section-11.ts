import { outside, type Row } from '../requirement.ts'

/** A2A v1.0.1 §11. */
export const section11: readonly Row[] = [
  [218, '11.2', '5d32da4c89fe', 'A2A service parameters defined in', outside.rest],
  [219, '11.2', '30e48ed7e80a', 'Service parameter names MUST be', outside.rest],
  [221, '11.5', 'afc8fbdecebb', 'HTTP methods that do not', outside.rest],
  [222, '11.5', 'e75a802aec63', 'Query parameter names MUST use', outside.rest],
  [224, '11.5', '9574021adafa', 'Nested Objects: Not supported in', outside.rest],
  [225, '11.5', '926c12d0fa96', 'All query parameter values MUST', outside.rest],
  [226, '11.6', '11f3bc68ca88', 'Each object in the `details`', outside.rest],
  [229, '11.6', '711aeb79bcef', 'Since multiple A2A error types', outside.rest],
]
