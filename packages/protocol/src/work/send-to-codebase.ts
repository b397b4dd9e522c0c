import { z } from 'zod'
import { CreateWork } from './create-work.ts'

/**
 * A message to a codebase: `message`, or `prompt`, and whatever a task may have, for the case that the message begins one.
 */
export const SendToCodebase = z.preprocess(given => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given
  const { message, prompt, ...rest }: Record<string, unknown> = { ...given }
  return { ...rest, prompt: prompt ?? message }
}, CreateWork)
