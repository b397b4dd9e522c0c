import type { IncomingHttpHeaders } from 'node:http'
import { resumeUri } from '@codetether/protocol/resume-extension'
import type { WireVersion } from '../store/tasks.ts'

/** Where each version of A2A names extensions, in both directions (v1.0 §3.2.6; v0.3 in its guide to extensions). */
export const extensionsHeader: Readonly<Record<WireVersion, string>> = {
  '0.3': 'x-a2a-extensions',
  '1.0': 'a2a-extensions',
}

/** Does the caller activate the resume extension? Extensions that this server does not know are ignored. */
export function activatesResume(headers: IncomingHttpHeaders, version: WireVersion): boolean {
  const named = headers[extensionsHeader[version]]
  return typeof named === 'string' && named.split(',').some(uri => uri.trim() === resumeUri)
}
