import { PlatformError } from '@codetether/protocol/errors'
import { signingSecrets } from '@codetether/protocol/push-config'
import type { LoggedEvent } from '@codetether/protocol/task-event'
import type { Context } from '../../context.ts'
import { openSecrets, type PushSecrets } from '../../operations/push-secrets.ts'
import type { OutboundAnswer } from '../../outbound/outbound.ts'
import { OutboundFailure } from '../../outbound/outbound-failure.ts'
import type { PushTarget } from '../../store/push-deliveries.ts'
import { version } from '../../version.ts'
import { renderPush } from './render-push.ts'
import { retryAfterSeconds } from './retry-after.ts'
import { signWebhook } from './sign-webhook.ts'

/** How an attempt to deliver a notification has ended. */
export type Delivery =
  | { kind: 'delivered' }
  /** The receiver wants no more of this task. */
  | { kind: 'gone'; reason: string }
  | {
      kind: 'failed'
      /** In words that may be kept and shown: nothing of the request or the answer but its status. */
      reason: string
      /** The receiver asks to be left alone for so long. */
      afterSeconds: number
      /** The host is in trouble, not this notification. */
      isHostDown: boolean
    }

const failed = (reason: string, more: { afterSeconds?: number; isHostDown?: boolean } = {}): Delivery => ({
  kind: 'failed',
  reason,
  afterSeconds: 0,
  isHostDown: false,
  ...more,
})

/** Sends one event of a task to one receiver (A2A v1.0 §4.3.3, v0.3 §9.5). Throws what is wrong on this side. */
export async function deliverPush(
  ctx: Context,
  target: PushTarget,
  event: LoggedEvent,
  signal: AbortSignal,
): Promise<Delivery> {
  const secrets = openSecrets(ctx, target)
  if (!secrets) return failed('its secrets were encrypted with another master secret')
  const { body, contentType } = await renderPush(ctx, target, event)
  const headers = {
    'user-agent': `CodeTether/${version}`,
    'content-type': contentType,
    ...credentialHeaders(target, secrets),
    ...signWebhook({
      id: `${target.taskId}_${event.generation}`,
      at: new Date(),
      body,
      secrets: signingSecrets(secrets.token),
    }),
  }
  const { timeoutMs } = ctx.config.push
  try {
    // The head of the answer says it all.
    return judge(
      await ctx.outbound.request({ url: target.url, method: 'POST', headers, body, timeoutMs, mostBytes: 0, signal }),
    )
  } catch (error) {
    if (error instanceof OutboundFailure) return failed(error.message, { isHostDown: true })
    if (error instanceof PlatformError && error.code === 'WEBHOOK_URL_FORBIDDEN') return failed(error.message)
    throw error
  }
}

function credentialHeaders({ authScheme }: PushTarget, { token, credentials }: PushSecrets): Record<string, string> {
  const isSecret = signingSecrets(token).length > 0
  return {
    ...(authScheme !== null && credentials !== null && { authorization: `${authScheme} ${credentials}` }),
    // What signs is never sent.
    ...(token !== null && !isSecret && { 'x-a2a-notification-token': token }),
  }
}

function judge({ status, headers }: OutboundAnswer): Delivery {
  if (status >= 200 && status < 300) return { kind: 'delivered' }
  const reason = `answered ${status}`
  if (status === 410) return { kind: 'gone', reason }
  const waits = status === 429 || status === 503
  const afterSeconds = waits ? retryAfterSeconds(headers['retry-after'], Date.now()) : 0
  return failed(reason, { afterSeconds, isHostDown: status >= 500 })
}
