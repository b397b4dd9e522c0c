import { z } from 'zod'
import type { Json, JsonObject } from './json.ts'

export const JsonValue: z.ZodType<Json> = z.json()

/** A JSON object whose keys are the caller's own. */
export const Metadata: z.ZodType<JsonObject> = z.record(z.string(), JsonValue)
