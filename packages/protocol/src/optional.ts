import type { z } from 'zod'

/** A field that may be missing. ProtoJSON may write null for what is not set (A2A v1.0 §5.5), and so do models of many clients. */
export const optional = <T>(schema: z.ZodType<T>) => schema.nullish().transform(value => value ?? undefined)

/** The same, and what it is then. */
export const withDefault = <T>(schema: z.ZodType<T>, value: NoInfer<T>) =>
  schema.nullish().transform(given => given ?? value)
