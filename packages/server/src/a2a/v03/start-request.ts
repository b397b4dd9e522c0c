import type { SendParams } from '@codetether/protocol/v03/params'
import type { StartRequest } from '../start-request.ts'

/** What `message/send` and `message/stream` ask for. Older clients name the skill beside the message. */
export const toStartRequest = ({ message, configuration, metadata, ...params }: SendParams): StartRequest => ({
  ...message,
  skillId: message.skillId ?? params.skillId ?? params.skill_id,
  metadata: metadata ?? null,
  outputModes: configuration?.acceptedOutputModes ?? [],
  historyLength: configuration?.historyLength,
  push: configuration?.pushNotificationConfig ?? null,
  wireVersion: '0.3',
})
