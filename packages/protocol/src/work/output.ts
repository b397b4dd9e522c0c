/** Where a piece of output comes from. */
export const outputStreams = ['stdout', 'stderr', 'agent', 'system'] as const

export type OutputStream = (typeof outputStreams)[number]
