/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>

/** Is this a JSON object? */
export const isObject = (json: unknown): json is Fields =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

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
