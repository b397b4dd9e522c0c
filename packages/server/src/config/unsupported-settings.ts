import { isSet, type Variables } from './read-sources.ts'

/** Settings that documents of CodeTether name and this version does not act on. A line leaves when its feature comes. */
const unsupportedSettings: readonly { names: readonly string[]; instead: string }[] = [
  { names: ['MCP_SERVER_URLS', 'MCP_TIMEOUT'], instead: 'no MCP servers are called' },
  { names: ['OPENCODE_HOST', 'OPENCODE_PORT'], instead: 'no OpenCode server is called' },
  {
    names: ['KEYCLOAK_URL', 'KEYCLOAK_REALM', 'KEYCLOAK_CLIENT_ID', 'KEYCLOAK_CLIENT_SECRET'],
    instead: 'callers sign in with A2A_AUTH_TOKENS',
  },
  {
    names: ['SENDGRID_API_KEY', 'SENDGRID_FROM_EMAIL', 'EMAIL_INBOUND_DOMAIN', 'EMAIL_REPLY_PREFIX'],
    instead: 'no mail is sent or received',
  },
  { names: ['CODETETHER_WEBHOOK_SECRET'], instead: 'each webhook has a secret of its own, its token' },
]

export const unsupportedNames: ReadonlySet<string> = new Set(unsupportedSettings.flatMap(({ names }) => names))

/** One line for each feature whose settings are there in vain. */
export const unsupportedNotices = (variables: Variables): string[] =>
  unsupportedSettings.flatMap(({ names, instead }) => {
    const present = names.filter(name => isSet(variables[name]))
    const verb = present.length === 1 ? 'has' : 'have'
    return present.length === 0 ? [] : [`${present.join(', ')} ${verb} no effect in this version: ${instead}.`]
  })
