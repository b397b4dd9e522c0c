import { z } from 'zod'
import { isObject, type JsonObject } from '../json.ts'
import { JsonValue } from '../json-schema.ts'
import { limits } from '../limits.ts'
import { optional, withDefault } from '../optional.ts'
import { SessionId, SessionTime } from './session-fields.ts'

const count = withDefault(z.int().min(0).max(limits.tokensPerMessage), 0)

const noTokens = { input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } }

const Tokens = withDefault(
  z.looseObject({
    input: count,
    output: count,
    reasoning: count,
    cache: withDefault(z.looseObject({ read: count, write: count }), noTokens.cache),
  }),
  noTokens,
)

const sized = (most: number) => (json: unknown) => JSON.stringify(json).length <= most

const Part: z.ZodType<JsonObject> = z.record(z.string(), JsonValue)
const Parts = z
  .array(Part)
  .max(limits.partsPerSessionMessage)
  .refine(sized(limits.sessionMessageChars), { error: `have at most ${limits.sessionMessageChars} characters` })

const name = optional(z.string().max(limits.idChars))

const Flat = z
  .looseObject({
    id: SessionId,
    role: z.enum(['user', 'assistant', 'system']),
    parentID: name,
    agent: name,
    mode: name,
    model: optional(z.union([z.string().max(limits.idChars), z.looseObject({ providerID: name, modelID: name })])),
    providerID: name,
    modelID: name,
    cost: withDefault(z.number().min(0).max(limits.costPerMessage), 0),
    tokens: Tokens,
    error: optional(JsonValue.refine(sized(limits.sessionSummaryChars), { error: 'is too large' })),
    time: optional(z.looseObject({ created: optional(SessionTime), completed: optional(SessionTime) })),
    created_at: optional(SessionTime),
    completed_at: optional(SessionTime),
    parts: optional(Parts),
    content: optional(z.string().max(limits.sessionMessageChars)),
    tool_calls: optional(Parts),
  })
  .transform(given => {
    const { time, parts, content, tool_calls: calls = [], tokens } = given
    const text: JsonObject[] = content === undefined ? [] : [{ type: 'text', text: content }]
    const inner = isObject(given.model) ? given.model : given
    return {
      id: given.id,
      role: given.role,
      parentId: given.parentID ?? null,
      agent: given.agent ?? given.mode ?? null,
      model: typeof given.model === 'string' ? given.model : modelOf(inner),
      cost: given.cost,
      inputTokens: tokens.input,
      outputTokens: tokens.output,
      reasoningTokens: tokens.reasoning,
      cacheReadTokens: tokens.cache.read,
      cacheWriteTokens: tokens.cache.write,
      error: given.error ?? null,
      createdAt: time?.created ?? given.created_at ?? null,
      completedAt: time?.completed ?? given.completed_at ?? null,
      parts: parts ?? [...text, ...calls.map(call => ({ type: 'tool', ...call }))],
    }
  })

const modelOf = ({ providerID, modelID }: { providerID?: unknown; modelID?: unknown }): string | null => {
  const names = [providerID, modelID].filter(name => typeof name === 'string' && name !== '')
  return names.length > 0 ? names.join('/') : null
}

/**
 * A message of a session: as OpenCode gives it, `{info, parts}`, or flat, `{id, role, parts}` with `content` and `tool_calls` as an
 * older form of the parts. Times are milliseconds of the Unix epoch or RFC 3339, `cost` is in US dollars.
 */
export const SessionMessage = z.preprocess(
  given => (isObject(given) && isObject(given.info) ? { ...given.info, parts: given.parts } : given),
  Flat,
)

export type SessionMessage = z.output<typeof SessionMessage>
