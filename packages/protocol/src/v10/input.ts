import { z } from 'zod'
import { toBase64 } from '../base64.ts'
import { JsonValue, Metadata } from '../json-schema.ts'
import { limits } from '../limits.ts'
import type { Part } from '../message.ts'
import { optional } from '../optional.ts'
import type { ReadMessage } from '../read-message.ts'

/** Messages as callers of A2A v1.0 send them (§4.1.4, §4.1.6), read into the platform's own form. */
const id = z.string().min(1).max(limits.idChars)
/** ProtoJSON may write a field that is not set as its default value. */
const idOrEmpty = z.string().max(limits.idChars)

const contents = ['text', 'raw', 'url', 'data'] as const

const PartRead = z
  .looseObject({
    text: optional(z.string().max(limits.textChars)),
    raw: optional(z.string().max(limits.inlineFileChars)),
    url: optional(z.string().min(1).max(8192)),
    // The one field whose null is a value.
    data: JsonValue.optional(),
    metadata: optional(Metadata),
    filename: optional(z.string().max(1024)),
    mediaType: optional(z.string().max(255)),
  })
  .transform((input, ctx): Part => {
    const refuse = (message: string) => {
      ctx.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    const { text, raw, url, data, metadata, filename, mediaType } = input
    const given = contents.filter(key => input[key] !== undefined)
    // A null beside another content means that there is no data; alone it is the data.
    if (given.filter(key => input[key] !== null || given.length === 1).length !== 1)
      return refuse('needs exactly one of text, raw, url and data')
    const rest = { ...(metadata && { metadata }), ...(filename && { filename }), ...(mediaType && { mediaType }) }
    if (text !== undefined) return { text, ...rest }
    if (url !== undefined) return URL.canParse(url) ? { url, ...rest } : refuse('url is not a URL')
    if (raw === undefined) return { data: data ?? null, ...rest }
    const base64 = toBase64(raw)
    return base64 === null ? refuse('raw is not base64') : { raw: base64, ...rest }
  })

export const MessageRead = z
  .looseObject({
    messageId: id,
    role: z.literal('ROLE_USER', { error: 'messages to an agent have the role ROLE_USER' }),
    parts: z.array(PartRead).min(1, 'a message needs at least one part').max(limits.partsPerMessage),
    contextId: optional(idOrEmpty),
    taskId: optional(idOrEmpty),
    metadata: optional(Metadata),
    extensions: optional(z.array(z.string().max(2048)).max(limits.extensionsPerMessage)),
    referenceTaskIds: optional(z.array(id).max(limits.referenceTaskIds)),
  })
  .transform(
    ({ messageId, parts, contextId, taskId, metadata, extensions, referenceTaskIds }): ReadMessage => ({
      message: {
        messageId,
        role: 'user',
        parts,
        ...(metadata && { metadata }),
        ...(extensions && { extensions }),
        ...(referenceTaskIds && { referenceTaskIds }),
      },
      messageIdGiven: true,
      taskId: taskId || null,
      contextId: contextId || null,
      skillId: null,
    }),
  )
