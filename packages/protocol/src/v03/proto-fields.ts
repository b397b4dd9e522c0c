import type { UnknownObject as Fields } from '../json.ts'

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

/**
 * A field of a ProtoJSON object, by its JSON name or by the one in the proto: readers take both. Null is a field that is
 * not set.
 */
export const fieldOf = (from: Fields, name: string): unknown => from[name] ?? from[snakeCase(name)] ?? undefined

/** The named fields of an object. A string without characters is the default, which means not set. */
export function fieldsOf(from: Fields, names: readonly string[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const name of names) {
    const value = fieldOf(from, name)
    if (value !== undefined && value !== '') fields[name] = value
  }
  return fields
}
