import { outside, type Row } from '../requirement.ts'

/** A2A v1.0.1 §1. */
export const section1: readonly Row[] = [
  [2, '1.4', '560140547b81', 'SDK language bindings, schemas, and', outside.editorial],
  [3, '1.4', '62daaff6df79', 'Documentation: Migration guidance', outside.editorial],
  [4, '1.4', '1d50f699d76a', 'Anchors: Legacy documentation', outside.editorial],
  [5, '1.4', '88e5464eaaea', 'SDK/Schema Aliases: SDKs and JSON', outside.editorial],
  [6, '1.4', 'bc5ea1401ef8', 'Removal: A deprecated name SHOULD', outside.editorial],
]
