import { z } from 'zod'
import { isBase64 } from '../base64.ts'
import { JsonValue, Metadata } from '../json-schema.ts'
import { limits } from '../limits.ts'
import type { Part } from '../message.ts'
import type { ReadMessage } from '../read-message.ts'

/**
 * Messages as callers of A2A v0.3 send them (specification §6.4, §6.5), read into the platform's own form. Beside the
 * standard shape the shapes of older clients are understood: parts as `{type, content}`, `{type, text}` or a bare
 * `{text}`; `kind`, `messageId` and `role` may be missing. `oldShape` tells that one of these was met.
 */
const id = z.string().min(1).max(limits.idChars)
const text = z.string().max(limits.textChars)

const FileInput = z
  .looseObject({
    bytes: z.string().max(limits.inlineFileChars).optional(),
    uri: z.string().min(1).max(8192).optional(),
    mimeType: z.string().max(255).optional(),
    name: z.string().max(1024).optional(),
  })
  .refine(file => (file.bytes === undefined) !== (file.uri === undefined), 'needs either bytes or uri')
  .refine(file => file.bytes === undefined || isBase64(file.bytes), {
    path: ['bytes'],
    message: 'is not base64',
  })
  .refine(file => file.uri === undefined || URL.canParse(file.uri), { path: ['uri'], message: 'is not a URI' })

const PartInput = z.looseObject({
  kind: z.enum(['text', 'file', 'data']).optional(),
  type: z.enum(['text', 'file', 'data']).optional(),
  text: text.optional(),
  content: text.optional(),
  file: FileInput.optional(),
  data: z.record(z.string(), JsonValue).optional(),
  metadata: Metadata.optional(),
})

type PartInput = z.infer<typeof PartInput>

/** The kind that a part names, or the one that its only content tells. */
const kindOf = (part: PartInput) =>
  part.kind ?? part.type ?? (part.file ? 'file' : part.data ? 'data' : part.text === undefined ? undefined : 'text')

function contentOf(part: PartInput): Part | string {
  switch (kindOf(part)) {
    case 'text': {
      const value = part.text ?? (part.kind ? undefined : part.content)
      return value === undefined ? 'a text part needs text' : { text: value }
    }
    case 'file': {
      const { bytes, uri, mimeType, name } = part.file ?? {}
      const named = {
        ...(mimeType !== undefined && { mediaType: mimeType }),
        ...(name !== undefined && { filename: name }),
      }
      if (bytes !== undefined) return { raw: bytes, ...named }
      return uri === undefined ? 'a file part needs a file' : { url: uri, ...named }
    }
    case 'data':
      return part.data ? { data: part.data } : 'a data part needs data'
    default:
      return 'is neither a text, a file nor a data part'
  }
}

const PartRead = PartInput.transform((part, ctx): Part => {
  const content = contentOf(part)
  if (typeof content !== 'string') return { ...content, ...(part.metadata && { metadata: part.metadata }) }
  ctx.addIssue({ code: 'custom', message: content })
  return z.NEVER
})

const isStandardPart = (part: unknown): boolean => typeof part === 'object' && part !== null && 'kind' in part

/** A message, and whether it came in the shape of older clients. */
export interface ReadMessageV03 extends ReadMessage {
  oldShape: boolean
}

const MessageInput = z.looseObject({
  kind: z.literal('message').optional(),
  role: z.literal('user', { error: 'messages to an agent have the role user' }).optional(),
  messageId: id.optional(),
  taskId: id.optional(),
  contextId: id.optional(),
  skillId: id.optional(),
  skill_id: id.optional(),
  referenceTaskIds: z.array(id).max(limits.referenceTaskIds).optional(),
  extensions: z.array(z.string().max(2048)).max(limits.extensionsPerMessage).optional(),
  metadata: Metadata.optional(),
  parts: z.array(z.unknown()).min(1, 'a message needs at least one part').max(limits.partsPerMessage),
})

const Parts = z.array(PartRead)

export const MessageRead = MessageInput.transform((input, ctx): ReadMessageV03 => {
  const parts = Parts.safeParse(input.parts)
  if (!parts.success) {
    for (const issue of parts.error.issues)
      ctx.addIssue({ code: 'custom', message: issue.message, path: ['parts', ...issue.path] })
    return z.NEVER
  }
  const { messageId, metadata, extensions, referenceTaskIds } = input
  return {
    message: {
      messageId: messageId ?? crypto.randomUUID(),
      role: 'user',
      parts: parts.data,
      ...(metadata && { metadata }),
      ...(extensions && { extensions }),
      ...(referenceTaskIds && { referenceTaskIds }),
    },
    messageIdGiven: messageId !== undefined,
    taskId: input.taskId ?? null,
    contextId: input.contextId ?? null,
    skillId: input.skillId ?? input.skill_id ?? null,
    oldShape: !(input.kind && input.role && messageId && input.parts.every(isStandardPart)),
  }
})
