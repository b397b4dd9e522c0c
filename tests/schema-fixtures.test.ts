import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { AgentCard, AgentSkill } from '@codetether/protocol/v03/agent-card'
import * as wire from '@codetether/protocol/v03/wire'
import { z } from 'zod'

const published = new URL('../../shared/fixtures/a2a/a2a-v0.3.0.schema.json', import.meta.url)
const skip =
  existsSync(published) || process.env.CI === 'true' ? false : 'the published schema is not beside the repository'

/** Our schema for each definition of the published one. Nothing of them is left out. */
const ours = {
  TextPart: wire.TextPart,
  FilePart: wire.FilePart,
  DataPart: wire.DataPart,
  Part: wire.Part,
  Message: wire.Message,
  Artifact: wire.Artifact,
  TaskState: wire.TaskState,
  TaskStatus: wire.TaskStatus,
  Task: wire.Task,
  TaskStatusUpdateEvent: wire.TaskStatusUpdateEvent,
  TaskArtifactUpdateEvent: wire.TaskArtifactUpdateEvent,
  AgentSkill,
  AgentCard,
}

const JsonSchema = z.record(z.string(), z.unknown())
const Definitions = z.object({ definitions: z.record(z.string(), JsonSchema) })
const list = z.array(z.unknown()).default([])
type Definitions = z.infer<typeof Definitions>['definitions']

const byText = (items: unknown[]): unknown[] => items.map(item => JSON.stringify(item)).sort()

/** The meaning of a JSON schema in one form, whatever its dialect, order and comments. */
const normalize = (given: unknown, definitions: Definitions): unknown => {
  const schema = JsonSchema.parse(given)
  const inner = (part: unknown): unknown => normalize(part, definitions)
  if (typeof schema.$ref === 'string') return inner(definitions[schema.$ref.split('/').at(-1) ?? ''])
  const union = schema.anyOf ?? schema.oneOf
  if (union !== undefined) return { union: byText(list.parse(union).map(inner)) }
  if (schema.enum !== undefined) return { enum: byText(list.parse(schema.enum)) }
  if (schema.const !== undefined) return { const: schema.const }
  if (schema.type === 'array') return { items: inner(schema.items) }
  if (schema.type !== 'object') return { type: schema.type ?? 'anything' }
  if (schema.properties === undefined) return { values: inner(schema.additionalProperties) }
  const entries = Object.entries(JsonSchema.parse(schema.properties)).sort(([one], [other]) => (one < other ? -1 : 1))
  const properties = Object.fromEntries(entries.map(([name, part]) => [name, inner(part)]))
  return { properties, required: list.parse(schema.required).sort() }
}

const normalizeOurs = (schema: z.ZodType): unknown => normalize(z.toJSONSchema(schema, { reused: 'inline' }), {})

const load = (): Definitions => Definitions.parse(JSON.parse(readFileSync(published, 'utf8'))).definitions

for (const [name, schema] of Object.entries(ours)) {
  test(`${name} has the properties, types and required properties of the published schema`, { skip }, () => {
    const definitions = load()
    assert.ok(definitions[name], `the published schema has no ${name}`)
    assert.deepEqual(normalizeOurs(schema), normalize(definitions[name], definitions))
  })
}

test('the comparison tells differences', () => {
  const base = z.object({ a: z.string(), b: z.number().exactOptional() })
  const others = [
    z.object({ a: z.string(), b: z.number() }),
    z.object({ a: z.string() }),
    z.object({ a: z.string(), b: z.string().exactOptional() }),
    z.object({ a: z.enum(['x']), b: z.number().exactOptional() }),
  ]
  for (const other of others) assert.notDeepEqual(normalizeOurs(other), normalizeOurs(base))
  assert.deepEqual(normalizeOurs(z.object({ b: z.number().exactOptional(), a: z.string() })), normalizeOurs(base))
})
