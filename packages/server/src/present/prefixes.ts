/** Where the management routes are served: the second is the name that older programs know. */
export const prefixes = ['/v1/agent', '/v1/opencode'] as const

/** A codebase has two names. */
export const codebasePaths = prefixes.flatMap(prefix => [`${prefix}/codebases`, `${prefix}/workspaces`])
