/**
 * From the SDK's objects for the v0.3 proto to ProtoJSON. A oneof is `{ field: { $case, value } }` there, bytes are a
 * Buffer, and states are numbers.
 */
const states = [
  'TASK_STATE_UNSPECIFIED',
  'TASK_STATE_SUBMITTED',
  'TASK_STATE_WORKING',
  'TASK_STATE_COMPLETED',
  'TASK_STATE_FAILED',
  'TASK_STATE_CANCELLED',
  'TASK_STATE_INPUT_REQUIRED',
  'TASK_STATE_REJECTED',
  'TASK_STATE_AUTH_REQUIRED',
] as const

/** Members whose content is a JSON object of somebody else. */
const foreign = new Set(['metadata', 'data'])

const isOneof = (value: unknown): value is { $case: string; value: unknown } =>
  typeof value === 'object' && value !== null && '$case' in value && typeof value.$case === 'string' && 'value' in value

const member = (name: string, value: unknown): [string, unknown][] => {
  if (value === undefined) return []
  // A data part is a oneof too; its object has the member `data`, which is foreign.
  if (isOneof(value)) return [[value.$case, fromLegacy(value.value)]]
  if (foreign.has(name)) return [[name, value]]
  return [[name, name === 'state' && typeof value === 'number' ? (states[value] ?? value) : fromLegacy(value)]]
}

export function fromLegacy(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64')
  if (Array.isArray(value)) return value.map(fromLegacy)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).flatMap(([name, inner]) => member(name, inner)))
}
