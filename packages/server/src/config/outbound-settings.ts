import { limits } from '@codetether/protocol/limits'
import { list, settingFacts } from './setting-facts.ts'
import * as type from './setting-types.ts'

const minute = 60
const hour = 60 * minute

/** How this server calls others: the URLs that callers give it for push notifications. */
export const outboundSettings = {
  outboundAllow: type
    .commaList(type.hostOrBlock)
    .default([])
    .register(settingFacts, {
      group: 'Outgoing requests',
      env: ['A2A_OUTBOUND_ALLOW'],
      description:
        'Host names, addresses and CIDR blocks that URLs of callers may lead to although they are not public, also without TLS. For development and private networks.',
      security: true,
      show: config => list(config.outbound.allow),
    }),
  pushRetrySeconds: type
    .commaList(type.delaySeconds)
    .refine(delays => delays.length > 0 && delays.length <= 50, { error: 'must list 1 to 50 times' })
    .default([5, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour])
    .register(settingFacts, {
      group: 'Outgoing requests',
      env: ['A2A_PUSH_RETRY_SECONDS'],
      description:
        'Seconds to wait after each failed attempt to deliver a push notification, spread by a fifth. What then fails once more is a dead letter.',
      show: config => config.push.retrySeconds.join(','),
    }),
  pushTimeoutSeconds: type
    .wholeNumber(1, 30)
    .default(limits.outboundMs / 1000)
    .register(settingFacts, {
      group: 'Outgoing requests',
      env: ['A2A_PUSH_TIMEOUT_SECONDS'],
      description: 'How long the receiver of a push notification has for its answer.',
      show: config => String(config.push.timeoutMs / 1000),
    }),
}
