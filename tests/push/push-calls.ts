import { randomBytes } from 'node:crypto'
import { messageV10 } from '../conformance/calls.ts'
import { message } from '../platform.ts'

export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/** The parameters of a message that asks for notifications, in both versions. */
export const sendV10 = (agent: string, config: object, text = 'go') => ({
  ...messageV10(text, { agent }),
  configuration: { taskPushNotificationConfig: config, returnImmediately: true },
})

export const sendV03 = (agent: string, config: object, text = 'go') => ({
  ...message(text, { metadata: { agent } }),
  configuration: { pushNotificationConfig: config, blocking: false },
})

/** Attempts follow each other at once. */
export const quickly = (attempts: number) => Array.from({ length: attempts - 1 }, () => '0.02').join(',')

/** Settings under which a receiver on this machine may be called. */
export const local = { A2A_OUTBOUND_ALLOW: '127.0.0.0/8', A2A_PUSH_RETRY_SECONDS: quickly(4) }
