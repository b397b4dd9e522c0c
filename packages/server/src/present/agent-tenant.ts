const prefix = 'agents/'

/**
 * The routing key of an agent (A2A v1.0 §4.4.6): a word of its own, so that a key of another kind, which means nothing
 * here, is not taken for an agent that is missing.
 */
export const agentTenant = {
  of: (slug: string): string => `${prefix}${slug}`,
  /** The name that the agent's address carries, or null for a key that is none of an agent. */
  slugIn: (tenant: string): string | null => (tenant.startsWith(prefix) ? tenant.slice(prefix.length) : null),
} as const
