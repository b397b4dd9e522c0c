import { z } from 'zod'
import type { RpcBody } from '../../platform.ts'
import type { Random } from './mutate.ts'

/** The part of JSON Schema that zod writes. */
const JsonSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  $ref: z.string().optional(),
  $defs: z.record(z.string(), z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).default([]),
  items: z.unknown().optional(),
  minItems: z.int().default(0),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  format: z.string().optional(),
})

type JsonSchema = z.infer<typeof JsonSchema>

const read = new WeakMap<object, JsonSchema>()

/** A schema within the schema, read once. */
function schemaOf(given: unknown): JsonSchema {
  const key = typeof given === 'object' && given !== null ? given : anything
  const schema = read.get(key) ?? JsonSchema.parse(key)
  read.set(key, schema)
  return schema
}

const anything = {}

/** What to write into a field of this name, where the schema says no more than that it is a text or anything. */
export type Words = Readonly<Record<string, (random: Random) => unknown>>

/** A source of values that a schema accepts: of each field its type, its choices and its bounds. */
export function generatorOf(schema: z.ZodType, words: Words): (random: Random) => RpcBody {
  const root = JsonSchema.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
  return random => new Generator(root.$defs ?? {}, words, random).valueOf(root, '', 0)
}

class Generator {
  readonly #definitions: Record<string, unknown>
  readonly #words: Words
  readonly #random: Random

  constructor(definitions: Record<string, unknown>, words: Words, random: Random) {
    this.#definitions = definitions
    this.#words = words
    this.#random = random
  }

  valueOf(given: unknown, name: string, depth: number): unknown {
    const random = this.#random
    const schema = schemaOf(given)
    const set = schema.anyOf?.filter(choice => schemaOf(choice).type !== 'null') ?? []
    // What may be null mostly is not.
    if (set.length === 1 && schema.anyOf?.length === 2)
      return random.below(8) === 0 ? null : this.valueOf(set[0], name, depth)
    const word = this.#words[name]
    const isFree = schema.type === undefined || schema.type === 'object' || (schema.type === 'string' && !schema.format)
    if (schema.const !== undefined) return schema.const
    if (schema.enum) return random.pick(schema.enum)
    if (word && isFree) return word(random)
    const choices = schema.anyOf ?? schema.oneOf
    // Deep down the choices are those that end: the simple types come first.
    if (choices) return this.valueOf(random.pick(depth > 4 ? choices.slice(0, 1) : choices), name, depth)
    if (schema.$ref) return this.valueOf(this.#definitions[schema.$ref.split('/').at(-1) ?? ''], name, depth + 1)
    return this.#ofType(schema, name, depth)
  }

  #ofType(schema: JsonSchema, name: string, depth: number): unknown {
    const random = this.#random
    switch (typeof schema.type === 'object' ? random.pick(schema.type) : schema.type) {
      case 'object':
        return this.#object(schema, depth)
      case 'array': {
        const length = schema.minItems + random.below(4)
        return Array.from({ length }, () => this.valueOf(schema.items ?? {}, name, depth + 1))
      }
      case 'string':
        return schema.format === 'date-time' ? '2026-01-01T00:00:00.5Z' : `text${random.below(100)}`
      case 'integer':
      case 'number': {
        const { minimum = -1000, maximum = 1000 } = schema
        return random.pick([minimum, maximum, Math.min(minimum + random.below(100), maximum)])
      }
      case 'boolean':
        return random.below(2) === 0
      case 'null':
        return null
      default:
        return random.pick([null, 7, 'free', true, [1], { a: { b: 'c' } }])
    }
  }

  /** The required fields, of the others each second one, and at times one that nobody knows. */
  #object({ properties = {}, required }: JsonSchema, depth: number): object {
    const random = this.#random
    const chosen = Object.entries(properties).filter(([name]) => required.includes(name) || random.below(2) === 0)
    const fields = chosen.map(([name, inner]) => [name, this.valueOf(inner, name, depth + 1)])
    if (random.below(8) === 0) fields.push([`key${random.below(10)}`, random.pick([null, 'x', { y: [1] }])])
    return Object.fromEntries(fields)
  }
}
