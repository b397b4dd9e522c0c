/** How a check went. `skip` is no `ok`: nothing was looked at. */
export type Result = 'ok' | 'warn' | 'fail' | 'skip'

/** What a check found out. */
export interface Verdict {
  result: Result
  /** What the server showed. */
  seen: string
}

/** One line of an inspection. */
export interface Finding extends Verdict {
  /** What was looked at: the card, or one of its interfaces as `JSONRPC 1.0`. */
  subject: string
  /** The address of the interface. */
  url?: string
  check: string
  /** What the check is about, in the specification that the subject follows. */
  section: string
}

export const ok = (seen: string): Verdict => ({ result: 'ok', seen })
export const warn = (seen: string): Verdict => ({ result: 'warn', seen })
export const fail = (seen: string): Verdict => ({ result: 'fail', seen })
export const skip = (seen: string): Verdict => ({ result: 'skip', seen })

/** The beginning of what somebody else wrote, on one line. */
export const excerpt = (text: string, chars = 120): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > chars ? `${line.slice(0, chars)}…` : line
}
