import { z } from 'zod'
import { limits } from './limits.ts'

/** What a caller asks for with a push notification config, whatever version it came in. */
export interface PushWish {
  /** Null: the server makes one. */
  id: string | null
  url: string
  token: string | null
  authentication: { scheme: string; credentials: string | null } | null
}

/** What becomes a part of a header: visible ASCII, and spaces inside. */
const headerText = z
  .string()
  .max(limits.webhookCredentialChars)
  .regex(/^(?:[!-~](?:[ -~]*[!-~])?)?$/, {
    error: 'must be visible ASCII, without spaces at its ends',
  })

/** An empty string means absent, as everywhere in ProtoJSON. */
const orNull = <T>(schema: z.ZodType<T, string>) =>
  z
    .union([z.literal('').transform(() => null), schema])
    .nullish()
    .transform(value => value ?? null)

const secretPrefix = 'whsec_'
const base64 = /^[A-Za-z0-9+/]+={0,2}$/

/** Does each of the secrets have the 24 to 64 bytes that Standard Webhooks asks for? At most two: the new and the old one. */
function areSigningSecrets(token: string): boolean {
  const secrets = token.split(' ')
  return secrets.length <= 2 && secrets.every(isSigningSecret)
}

function isSigningSecret(secret: string): boolean {
  const encoded = secret.slice(secretPrefix.length)
  const bytes = (encoded.replaceAll('=', '').length * 3) / 4
  return secret.startsWith(secretPrefix) && base64.test(encoded) && bytes >= 24 && bytes <= 64
}

/** A token that signs notifications instead of being sent with them: `whsec_…`, or two of them while one is replaced. */
export const signingSecrets = (token: string | null): string[] =>
  token?.startsWith(secretPrefix) ? token.split(' ') : []

const token = orNull(
  headerText.refine(given => !given.startsWith(secretPrefix) || areSigningSecrets(given), {
    error: `must be one or two secrets of 24 to 64 bytes, each as ${secretPrefix} and base64`,
  }),
)

const scheme = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, { error: 'must be the name of a scheme' })
const credentials = orNull(headerText)

/** `tenant`, `taskId` and what is unknown are left to the caller of this schema. */
export const pushFields = {
  id: orNull(z.string().max(limits.idChars)),
  url: z.string().min(1).max(limits.webhookUrlChars),
  token,
}

/** AuthenticationInfo of A2A v1.0 §4.3.2. */
export const AuthenticationV10 = z
  .looseObject({ scheme, credentials })
  .nullish()
  .transform(given => given ?? null)

/** PushNotificationAuthenticationInfo of A2A v0.3 §6.9: the first scheme counts. */
export const AuthenticationV03 = z
  .looseObject({ schemes: z.array(scheme).max(16), credentials })
  .nullish()
  .transform(given => (given?.schemes[0] === undefined ? null : { ...given, scheme: given.schemes[0] }))
