import type { IncomingHttpHeaders } from 'node:http'
import type { Agent } from '@codetether/agents/define-agent'
import { PlatformError } from '@codetether/protocol/errors'
import { resumeUri } from '@codetether/protocol/resume-extension'
import type { WireVersion } from '../store/tasks.ts'

/** Where each version of A2A names extensions, in both directions (v1.0 §3.2.6; v0.3 in its guide to extensions). */
const extensionsHeader: Readonly<Record<WireVersion, string>> = {
  '0.3': 'x-a2a-extensions',
  '1.0': 'a2a-extensions',
}

/** The extensions of one call. */
export interface Extensions {
  /** What the caller names. Extensions that nobody here knows are ignored. */
  readonly requested: ReadonlySet<string>
  /** What is in effect, and the answer says so: the resume extension, and what the agent adds that the call is meant for. */
  readonly activated: Set<string>
}

export function readExtensions(headers: IncomingHttpHeaders, version: WireVersion): Extensions {
  const named = headers[extensionsHeader[version]]
  const requested = new Set(typeof named === 'string' ? named.split(',').map(uri => uri.trim()) : [])
  return { requested, activated: new Set(requested.has(resumeUri) ? [resumeUri] : []) }
}

/** The header with which an answer tells what is in effect; nothing to tell is no header. */
export const activatedHeader = ({ activated }: Extensions, version: WireVersion): [name: string, value: string][] =>
  activated.size === 0 ? [] : [[extensionsHeader[version], [...activated].join(', ')]]

/** Puts the extensions of an agent into effect that the caller has named. Throws EXTENSION_SUPPORT_REQUIRED (A2A v1.0 §3.3.4). */
export function activateFor(agent: Pick<Agent, 'name' | 'extensions'>, { requested, activated }: Extensions): void {
  const missing = agent.extensions.filter(({ uri, required }) => required && !requested.has(uri)).map(({ uri }) => uri)
  if (missing.length > 0)
    throw new PlatformError(
      'EXTENSION_SUPPORT_REQUIRED',
      `${agent.name} asks for the extension ${missing.join(', ')}`,
      {
        metadata: { extensions: missing },
      },
    )
  for (const { uri } of agent.extensions) if (requested.has(uri)) activated.add(uri)
}
