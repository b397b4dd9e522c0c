import { randomBytes } from 'node:crypto'
import { messageV10 } from '../conformance/calls.ts'
import { message, type RpcBody } from '../platform.ts'

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

interface Answer {
  status: number
  body: RpcBody
}

const letters = '/v1/push/dead-letters'

/** A page of the caller's dead letters. */
export async function lettersOf(
  url: string,
  query: Record<string, string> = {},
  headers: object = {},
): Promise<Answer> {
  const response = await fetch(`${url}${letters}?${new URLSearchParams(query)}`, { headers: { ...headers } })
  return { status: response.status, body: await response.json() }
}

/** Wants dead letters of the caller to be sent once more. */
export async function retryLetters(url: string, request: unknown, headers: object = {}): Promise<Answer> {
  const response = await fetch(`${url}${letters}:retry`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(request),
  })
  return { status: response.status, body: await response.json() }
}
