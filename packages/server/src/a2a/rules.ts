import { PlatformError } from '@codetether/protocol/errors'
import type { SendParams } from '@codetether/protocol/v03/params'

/** Versions of A2A that this server speaks, as `Major.Minor`. */
const versions = ['0.3']

/** A2A v1.0 §3.6: absent or empty means 0.3; patch versions do not count. */
export function checkVersion(version: string | undefined): void {
  if (version === undefined || version === '') return
  if (versions.some(v => version === v || version.startsWith(`${v}.`))) return
  throw new PlatformError('VERSION_NOT_SUPPORTED', 'this version of A2A is not supported', {
    metadata: { supportedVersions: versions },
  })
}

const answerTypes = ['text/plain', 'text/*', '*/*', '*', 'text']

/** What a message may ask of the reply: text is what the agents answer with, and there is no push yet. */
export function checkConfiguration({ configuration }: SendParams): void {
  if (configuration?.pushNotificationConfig != null)
    throw new PlatformError('PUSH_NOTIFICATION_NOT_SUPPORTED', 'push notifications are not supported')
  const modes = (configuration?.acceptedOutputModes ?? []).map(mode => mode.toLowerCase().split(';')[0]?.trim() ?? '')
  if (modes.length > 0 && !modes.some(mode => answerTypes.includes(mode)))
    throw new PlatformError('CONTENT_TYPE_NOT_SUPPORTED', 'the agents answer with text/plain', {
      metadata: { supported: ['text/plain'] },
    })
}
