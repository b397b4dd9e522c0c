import type { Field, Shape } from './scan-message.ts'

/** The messages that callers send, as far as `scan-message.ts` looks into them: the field numbers of the two protos. */
const texts = (...numbers: number[]): Record<number, Field> =>
  Object.fromEntries(numbers.map(number => [number, 'text'] as const))

/** google.protobuf.Struct, Value and ListValue: JSON. */
const struct = (): Shape => structShape
const structShape: Shape = { fields: { 1: () => entryShape }, hasKeys: true }
const entryShape: Shape = { fields: { 1: 'key', 2: () => valueShape }, level: false }
const valueShape: Shape = { fields: { 2: 'number', 3: 'text', 5: struct, 6: () => listShape }, level: false }
const listShape: Shape = { fields: { 1: () => valueShape } }
const value = (): Shape => valueShape

/** Requests that hold texts and nothing else below them. */
export const flat: Shape = { fields: texts(1, 2, 3, 4, 5) }

const part10: Shape = { fields: { ...texts(1, 3, 6, 7), 4: value, 5: struct } }
const message10: Shape = { fields: { ...texts(1, 2, 3, 7, 8), 5: () => part10, 6: struct } }
export const push10: Shape = { fields: { ...texts(1, 2, 3, 4, 5), 6: () => flat } }
const configuration10: Shape = { fields: { ...texts(1), 2: () => push10 } }
export const send10: Shape = {
  fields: { ...texts(1), 2: () => message10, 3: () => configuration10, 4: struct },
}
export const cancel10: Shape = { fields: { ...texts(1, 2), 3: struct } }
/** Its only field with messages below is a timestamp, which has no texts. */
export const list10: Shape = { fields: texts(1, 2, 5) }

const file03: Shape = { fields: texts(1, 3) }
const data03: Shape = { fields: { 1: struct } }
const part03: Shape = { fields: { ...texts(1), 2: () => file03, 3: () => data03 } }
const message03: Shape = { fields: { ...texts(1, 2, 3, 7), 5: () => part03, 6: struct } }
const webhook03: Shape = { fields: { ...texts(1, 2, 3), 4: () => flat } }
const push03: Shape = { fields: { ...texts(1), 2: () => webhook03 } }
const configuration03: Shape = { fields: { ...texts(1), 2: () => webhook03 } }
export const send03: Shape = { fields: { 1: () => message03, 2: () => configuration03, 3: struct } }
export const createPush03: Shape = { fields: { ...texts(1, 2), 3: () => push03 } }
