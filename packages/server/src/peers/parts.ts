import { isObject } from '@codetether/protocol/json'
import { Metadata } from '@codetether/protocol/json-schema'
import type { Artifact, Part } from '@codetether/protocol/message'
import type * as wire from '@codetether/protocol/v03/wire'

/** Between the platform's own form of parts and that of the client, which is v0.3. */
export const toWirePart = (part: Part): wire.Part => {
  const metadata = part.metadata && { metadata: part.metadata }
  if ('text' in part) return { kind: 'text', text: part.text, ...metadata }
  if ('data' in part) return { kind: 'data', data: isObject(part.data) ? part.data : { value: part.data }, ...metadata }
  const named = { ...(part.mediaType && { mimeType: part.mediaType }), ...(part.filename && { name: part.filename }) }
  if ('url' in part) return { kind: 'file', file: { uri: part.url, ...named }, ...metadata }
  if ('raw' in part) return { kind: 'file', file: { bytes: part.raw, ...named }, ...metadata }
  throw new Error('the bytes of a file are not at hand')
}

const fromWirePart = (part: wire.Part): Part => {
  const more = part.metadata && { metadata: Metadata.parse(part.metadata) }
  if (part.kind === 'text') return { text: part.text, ...more }
  if (part.kind === 'data') return { data: Metadata.parse(part.data), ...more }
  const { file } = part
  const named = { ...(file.mimeType && { mediaType: file.mimeType }), ...(file.name && { filename: file.name }) }
  return { ...('uri' in file ? { url: file.uri } : { raw: file.bytes }), ...named, ...more }
}

export const fromWireParts = (parts: readonly wire.Part[] = []): Part[] => parts.map(fromWirePart)

export const fromWireArtifact = ({ artifactId, name, description, parts, metadata }: wire.Artifact): Artifact => ({
  artifactId,
  ...(name && { name }),
  ...(description && { description }),
  parts: fromWireParts(parts),
  ...(metadata && { metadata: Metadata.parse(metadata) }),
})
