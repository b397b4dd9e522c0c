import type * as v03 from '@codetether/protocol/v03/wire'

const toPart = (part: v03.Part): object => {
  const metadata = part.metadata && { metadata: part.metadata }
  if (part.kind === 'text') return { text: part.text, ...metadata }
  if (part.kind === 'data') return { data: part.data, ...metadata }
  const { file } = part
  const named = { ...(file.mimeType && { mediaType: file.mimeType }), ...(file.name && { filename: file.name }) }
  return { ...('uri' in file ? { url: file.uri } : { raw: file.bytes }), ...named, ...metadata }
}

/** A message in the form of A2A v1.0 §4.1.4. */
export const toMessage = ({ kind: _, role, parts, ...message }: v03.Message): object => ({
  ...message,
  role: role === 'user' ? 'ROLE_USER' : 'ROLE_AGENT',
  parts: parts.map(toPart),
})
