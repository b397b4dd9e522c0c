import { createHmac } from 'node:crypto'

export interface WebhookMessage {
  /** The same for each attempt to deliver it. */
  id: string
  at: Date
  body: string
  /** `whsec_…` each; without any there is no signature. */
  secrets: readonly string[]
}

/** The headers of Standard Webhooks 1.0: id and time always, and a signature by each secret. */
export function signWebhook({ id, at, body, secrets }: WebhookMessage): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signatures = secrets.map(secret => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(signatures.length > 0 && { 'webhook-signature': signatures.join(' ') }),
  }
}
