/** Users of a server, each with a token: one whose workers serve everybody, one with narrower grants, and two plain ones. */
export const tokens = {
  ops: 'token-of-ops-1234567890',
  gpu: 'token-of-gpu-1234567890',
  ada: 'token-of-ada-1234567890',
  bob: 'token-of-bob-1234567890',
}

export type Caller = keyof typeof tokens

/** The setting that makes them known. */
export const callersEnv = {
  A2A_AUTH_TOKENS: Object.entries(tokens)
    .map(pair => pair.join(':'))
    .join(','),
}
