import type { SendMessageParams } from '@codetether/protocol/v10/params'
import type { StartRequest } from '../start-request.ts'

/** What `SendMessage` and `SendStreamingMessage` ask for. */
export const toStartRequest = ({ message, configuration, metadata }: SendMessageParams): StartRequest => ({
  ...message,
  skillId: undefined,
  metadata: metadata ?? null,
  outputModes: configuration?.acceptedOutputModes ?? [],
  historyLength: configuration?.historyLength,
  push: configuration?.taskPushNotificationConfig ?? null,
  wireVersion: '1.0',
})
