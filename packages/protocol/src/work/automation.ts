import { z } from 'zod'
import { pushFields } from '../push-config.ts'
import { optional, toWorkRequest, workFields } from './create-work.ts'

const isObject = (given: unknown): given is { prompt?: unknown; description?: unknown } =>
  typeof given === 'object' && given !== null

/** Older programs call the prompt `description`. */
const withPrompt = (given: unknown): unknown =>
  isObject(given) && given.prompt === undefined ? { ...given, prompt: given.description } : given

/**
 * Work as tools for automation send it: the fields of `CreateWork`, and where its changes are to be posted: `webhook_url`, and
 * with it a `webhook_token` that is sent along, or a secret `whsec_…` that signs.
 */
export const AutomationTask = z.preprocess(
  withPrompt,
  workFields
    .extend({ webhook_url: optional(pushFields.url), webhook_token: pushFields.token })
    .transform(({ webhook_url, webhook_token, description: _, ...work }) => ({
      request: toWorkRequest(work),
      push:
        webhook_url === undefined
          ? null
          : { id: 'webhook', url: webhook_url, token: webhook_token, authentication: null },
    })),
)
