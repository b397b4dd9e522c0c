import { outside, type Row } from '../requirement.ts'

/** A2A v1.0.1 §12. */
export const section12: readonly Row[] = [
  [232, '12', '1fd6b19f1c44', 'Custom bindings MUST comply with', outside.bindings],
  [233, '12.1', '29f9e2136eaf', 'Custom protocol bindings MUST:', outside.bindings],
  [234, '12.2', 'bce650724b52', 'Custom bindings MUST provide clear', outside.bindings],
  [235, '12.3', '78a85ff03da0', 'As specified in Section 3.2.6', outside.bindings],
  [236, '12.3', '1daa5761e7db', 'The binding specification MUST', outside.bindings],
  [237, '12.4', 'd15ba2631087', 'Custom bindings MUST:', outside.bindings],
  [238, '12.5', 'e12ee9e928c7', 'If streaming is not supported,', outside.bindings],
  [239, '12.6', 'd15ba2631087', 'Custom bindings MUST:', outside.bindings],
  [240, '12.7', 'fd85d872372b', 'Custom bindings MUST be declared', outside.bindings],
  [241, '12.8', 'd0c15c13885f', 'Custom binding implementers SHOULD:', outside.bindings],
]
