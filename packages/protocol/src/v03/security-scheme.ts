import { z } from 'zod'

const description = z.string().exactOptional()
const scopes = z.record(z.string(), z.string())
const refreshUrl = z.string().exactOptional()

const ApiKey = z.object({
  type: z.literal('apiKey'),
  in: z.enum(['cookie', 'header', 'query']),
  name: z.string(),
  description,
})

const Http = z.object({
  type: z.literal('http'),
  scheme: z.string(),
  bearerFormat: z.string().exactOptional(),
  description,
})

const OAuthFlows = z.object({
  authorizationCode: z
    .object({ authorizationUrl: z.string(), tokenUrl: z.string(), refreshUrl, scopes })
    .exactOptional(),
  clientCredentials: z.object({ tokenUrl: z.string(), refreshUrl, scopes }).exactOptional(),
  implicit: z.object({ authorizationUrl: z.string(), refreshUrl, scopes }).exactOptional(),
  password: z.object({ tokenUrl: z.string(), refreshUrl, scopes }).exactOptional(),
})

const OAuth2 = z.object({
  type: z.literal('oauth2'),
  flows: OAuthFlows,
  oauth2MetadataUrl: z.string().exactOptional(),
  description,
})

const OpenIdConnect = z.object({ type: z.literal('openIdConnect'), openIdConnectUrl: z.string(), description })
const MutualTls = z.object({ type: z.literal('mutualTLS'), description })

/** How callers identify themselves: the five kinds of OpenAPI 3.0 that A2A v0.3.0 §5.5.3 takes over. */
export const SecurityScheme = z.discriminatedUnion('type', [ApiKey, Http, OAuth2, OpenIdConnect, MutualTls])
