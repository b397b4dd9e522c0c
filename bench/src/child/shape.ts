/** What crosses between processes is unknown until these have looked at it. */
export type Fields = { readonly [key: string]: unknown }

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

export function fieldsOf(value: unknown): Fields {
  if (!isFields(value)) throw new TypeError('expected an object')
  return value
}

export function numberIn(fields: Fields, key: string): number {
  const value = fields[key]
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new TypeError(`expected a number in ${key}`)
  return value
}

export function textIn(fields: Fields, key: string): string {
  const value = fields[key]
  if (typeof value !== 'string') throw new TypeError(`expected a string in ${key}`)
  return value
}

/** Asserts nothing else than presence: null is a value. */
export function textOrNullIn(fields: Fields, key: string): string | null {
  return fields[key] === null ? null : textIn(fields, key)
}

export function textsIn(fields: Fields, key: string): string[] {
  const value = fields[key]
  if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value
  throw new TypeError(`expected texts in ${key}`)
}
