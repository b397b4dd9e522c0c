import { outside, type Row } from '../requirement.ts'

/** A2A v1.0.1 §2. */
export const section2: readonly Row[] = [
  [7, '2.1', '31e2b55d7a6f', 'The keywords "MUST", "MUST NOT",', outside.heading],
]
