import { PlatformError } from '@codetether/protocol/errors'

/** The media ranges that a header Accept names, without those that it excludes by `q=0` (RFC 9110 §12.5.1). */
function rangesOf(accept: string): string[] {
  return accept.split(',').flatMap(range => {
    const [type = '', ...parameters] = range.toLowerCase().split(';')
    const isExcluded = parameters.some(parameter => /^\s*q\s*=\s*0(?:\.0*)?\s*$/.test(parameter))
    return isExcluded || type.trim() === '' ? [] : [type.trim()]
  })
}

const jsonRanges = ['application/json', 'application/a2a+json', 'application/*', '*/*']
const streamRanges = ['text/event-stream', 'text/*', '*/*']

/** Throws NOT_ACCEPTABLE if the caller takes nothing that the route answers with. Without the header it takes anything. */
export function checkAccept(accept: string | undefined, isStream: boolean): void {
  if (accept === undefined || accept.trim() === '') return
  const ranges = rangesOf(accept)
  if ((isStream ? streamRanges : jsonRanges).some(range => ranges.includes(range))) return
  const type = isStream ? 'text/event-stream' : 'application/json'
  throw new PlatformError('NOT_ACCEPTABLE', `this path answers with ${type}`, { metadata: { supported: [type] } })
}

/** The type of answers: that of v1.0.1 §11.2 for callers that name it, plain JSON for all others. */
export const jsonTypeFor = (accept: string | undefined): string =>
  rangesOf(accept ?? '').includes('application/a2a+json') ? 'application/a2a+json' : 'application/json; charset=utf-8'
