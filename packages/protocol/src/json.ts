/** A JSON value as it travels and as it is stored. */
export type Json = string | number | boolean | null | Json[] | JsonObject

export interface JsonObject {
  [key: string]: Json
}

/** A JSON object of which nothing is known yet. */
export type UnknownObject = Readonly<Record<string, unknown>>

/** Is this a JSON object? */
export const isObject = (json: unknown): json is UnknownObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json)
