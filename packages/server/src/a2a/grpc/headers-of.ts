import type { IncomingHttpHeaders } from 'node:http'
import type { Metadata } from '@grpc/grpc-js'

/** The metadata of a call as the headers that they are on the wire. One that is there twice is a list, as in HTTP. */
export function headersOf(metadata: Metadata, authority: string): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {}
  for (const name of Object.keys(metadata.getMap()))
    if (!name.endsWith('-bin')) headers[name] = metadata.get(name).join(', ')
  return { ...headers, host: authority }
}
