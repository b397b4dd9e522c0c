import type { RemoteError } from '@codetether/client/errors'
import { errorCodes } from '@codetether/protocol/errors'
import { excerpt, skip, type Verdict } from './finding.ts'

/** The server wants to know who asks: nothing was found out. */
export const grpcRefusal = ({ code, message }: RemoteError): Verdict | undefined => {
  if (code === errorCodes.UNAUTHENTICATED.rpc)
    return skip(`UNAUTHENTICATED: asks for credentials, ${excerpt(message, 60)}`)
  return code === errorCodes.FORBIDDEN.rpc ? skip('PERMISSION_DENIED: these credentials do not suffice') : undefined
}
