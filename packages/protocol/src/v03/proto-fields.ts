import type { Json, JsonObject } from '../json.ts'

/** Is this a JSON object? */
export const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

/**
 * A field of a ProtoJSON object, by its JSON name or by the one in the proto: readers take both. Null is a field that is
 * not set.
 */
export const fieldOf = (from: JsonObject, name: string): Json | undefined =>
  from[name] ?? from[snakeCase(name)] ?? undefined

/** The named fields of an object. A string without characters is the default, which means not set. */
export function fieldsOf(from: JsonObject, names: readonly string[]): JsonObject {
  const fields: JsonObject = {}
  for (const name of names) {
    const value = fieldOf(from, name)
    if (value !== undefined && value !== '') fields[name] = value
  }
  return fields
}

/** An integer, which ProtoJSON may write as a string. Anything else stays as it is, for a schema to refuse. */
export const toInteger = (json: Json | undefined): Json | undefined =>
  typeof json === 'string' && /^-?\d{1,15}$/.test(json) ? Number(json) : json
