import type { Json, JsonObject } from './json.ts'

interface PartCommon {
  metadata?: JsonObject
  filename?: string
  mediaType?: string
}

/** One part of a message or artifact in the platform's own form, which is that of A2A v1.0 §4.1.6. */
export type Part = PartCommon &
  ({ text: string } | { data: Json } | { url: string } | { raw: string } | { blob: BlobRef })

/** Where the bytes of a large inline file are stored. Exists in rows only: readers get `raw` back. */
export interface BlobRef {
  id: string
  /** Length of the base64 text. */
  chars: number
}

export type Role = 'user' | 'agent'

/** A message in the platform's own form (A2A v1.0 §4.1.4), independent of the wire version. */
export interface Message {
  messageId: string
  role: Role
  parts: Part[]
  metadata?: JsonObject
  extensions?: string[]
  referenceTaskIds?: string[]
}

/** A result of a task in the platform's own form (A2A v1.0 §4.1.7). */
export interface Artifact {
  artifactId: string
  name?: string
  description?: string
  parts: Part[]
  metadata?: JsonObject
  extensions?: string[]
}

/** All text of a message, one line per text part: what agents that understand only text read. */
export const textOf = (parts: readonly Part[]): string =>
  parts.flatMap(part => ('text' in part ? [part.text] : [])).join('\n')
