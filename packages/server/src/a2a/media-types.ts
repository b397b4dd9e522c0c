import type { Agent } from '@codetether/agents/define-agent'
import { PlatformError } from '@codetether/protocol/errors'
import type { Part } from '@codetether/protocol/message'

const bare = (mode: string): string => mode.toLowerCase().split(';')[0]?.trim() ?? ''

// Older clients write `*` and `text` for `*/*` and `text/*`.
function takes(range: string, type: string): boolean {
  if (range === '*' || range === '*/*' || range === type) return true
  const [kind, all = '*'] = range.split('/')
  return all === '*' && type.startsWith(`${kind}/`)
}

const anyTakes = (ranges: readonly string[], type: string): boolean =>
  ranges.some(range => takes(bare(range), bare(type)))

/** What a part is, where it does not say so itself. */
function typeOf(part: Part): string {
  if (part.mediaType) return part.mediaType
  if ('text' in part) return 'text/plain'
  return 'data' in part ? 'application/json' : 'application/octet-stream'
}

type Modes = Pick<Agent, 'name' | 'inputModes' | 'outputModes'>

/** Throws CONTENT_TYPE_NOT_SUPPORTED for a part that the agent does not read. */
export function checkParts({ name, inputModes }: Modes, parts: readonly Part[]): void {
  const wrong = inputModes && parts.find(part => !anyTakes(inputModes, typeOf(part)))
  if (!wrong) return
  throw new PlatformError('CONTENT_TYPE_NOT_SUPPORTED', `${name} does not read ${typeOf(wrong).slice(0, 255)}`, {
    metadata: { supported: [...inputModes] },
  })
}

/** Throws CONTENT_TYPE_NOT_SUPPORTED if the caller accepts nothing that the agent answers with. An empty list is anything. */
export function checkReply(
  { name, outputModes }: Pick<Modes, 'name' | 'outputModes'>,
  accepted: readonly string[],
): void {
  if (accepted.length === 0 || outputModes.some(mode => anyTakes(accepted, mode))) return
  throw new PlatformError('CONTENT_TYPE_NOT_SUPPORTED', `${name} answers with ${outputModes.join(', ')}`, {
    metadata: { supported: [...outputModes] },
  })
}
