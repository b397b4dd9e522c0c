export interface Sample {
  /** The server's address without a trailing slash. */
  url: string
  /** The header that must carry a token; undefined if none is needed. */
  authHeader: string | undefined
}

const body = {
  jsonrpc: '2.0',
  id: '1',
  method: 'message/send',
  params: { message: { role: 'user', parts: [{ kind: 'text', text: 'Calculate 25 * 4' }] } },
}

const credentials = (header: string | undefined): string => {
  if (header === undefined) return ''
  return header === 'authorization' ? ' -H "Authorization: Bearer $TOKEN"' : ` -H "${header}: $TOKEN"`
}

/** Where a caller on this machine reaches a server that is bound to all addresses. */
export const callersUrl = (bound: string): string => bound.replace(/\/\/(0\.0\.0\.0|\[::\])/, '//127.0.0.1')

/** What a newcomer can paste into another terminal, and see an answer. */
export const sampleCalls = ({ url: bound, authHeader }: Sample): string => {
  const url = callersUrl(bound)
  const token = authHeader === undefined ? '' : ' --token "$TOKEN"'
  return `
  Server      ${url}
  Agent card  ${url}/.well-known/agent-card.json

  Try it in another terminal:

    curl -s ${url}/ -H 'Content-Type: application/json'${credentials(authHeader)} \\
      -d '${JSON.stringify(body)}'

    npx codetether call ${url} "Calculate 25 * 4"${token}
    npx codetether task list --server ${url}${token}

  Stop it with Ctrl-C.

`
}
