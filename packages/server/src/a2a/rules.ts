import { PlatformError } from '@codetether/protocol/errors'
import type { WireVersion } from '../store/tasks.ts'

/** Versions of A2A that this server speaks, as `Major.Minor`. */
const versions: readonly WireVersion[] = ['0.3', '1.0']

/**
 * The version of a call (A2A v1.0 §3.6). Patch versions do not count. Absent means 0.3, except that a method name in
 * PascalCase exists in 1.0 only.
 */
export function negotiateVersion(given: string | undefined, method?: string): WireVersion {
  if (given === undefined || given === '') return /^[A-Z]/.test(method ?? '') ? '1.0' : '0.3'
  const [, named] = /^(\d+\.\d+)(?:\.\d+)?$/.exec(given) ?? []
  const version = versions.find(v => v === named)
  if (version) return version
  throw versionNotSupported('this version of A2A is not supported', versions)
}

/**
 * A path of the HTTP+JSON binding and a service of gRPC have a version of their own: what a request names must be the
 * same. Throws VERSION_NOT_SUPPORTED, with a hint where the other version is.
 */
export function checkVersion(
  given: string | undefined,
  served: WireVersion,
  hint = 'paths of 0.3 begin with /v1, those of 1.0 do not',
): void {
  if (given === undefined || given === '' || negotiateVersion(given) === served) return
  throw versionNotSupported(`what is called belongs to A2A ${served}: ${hint}`, [served])
}

const versionNotSupported = (message: string, supported: readonly WireVersion[]) =>
  new PlatformError('VERSION_NOT_SUPPORTED', message, { metadata: { supportedVersions: [...supported] } })
