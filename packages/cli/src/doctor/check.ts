import { describeFailure } from '../failure.ts'

/** One answer of `codetether doctor`. `skipped` is no `ok`: nothing was looked at. */
export interface Check {
  name: string
  status: 'ok' | 'warn' | 'fail' | 'skipped'
  /** What was found. */
  detail: string
  /** The way out of a problem; '' where there is none to leave. */
  hint: string
}

export type Finding = Omit<Check, 'name' | 'hint'> & { hint?: string }

/** Makes one check. An error that it throws is a finding, not the end of the examination. */
export const check = async (name: string, look: () => Finding | Promise<Finding>): Promise<Check> => {
  try {
    return { name, hint: '', ...(await look()) }
  } catch (error) {
    const { message, hint = '' } = describeFailure(error)
    return { name, status: 'fail', detail: error instanceof Error ? error.message : message, hint }
  }
}
