import { limits } from '@codetether/protocol/limits'
import { isUuid } from '@codetether/protocol/uuid'
import { InvalidArgumentError } from 'commander'

/** A whole number of at least `min`. */
export const wholeNumber =
  (min: number, max: number = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text)
    if (/^\d{1,15}$/.test(text) && value >= min && value <= max) return value
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
    throw new InvalidArgumentError(`It must be a whole number ${range}.`)
  }

/** Seconds as a person writes them, such as 2.5. */
export const seconds = (text: string): number => {
  const value = Number(text)
  if (/^\d{1,6}(\.\d+)?$/.test(text) && value > 0) return value
  throw new InvalidArgumentError('It must be a number of seconds greater than 0.')
}

/** The id of a task, as the server writes it. */
export const taskId = (text: string): string => {
  if (isUuid(text)) return text
  throw new InvalidArgumentError('It must be the id of a task.')
}

/** Ids of tasks that are given one by one, as many as one call takes. */
export const taskIds = (text: string, before: readonly string[] = []): string[] => {
  if (before.length < limits.redrivesPerCall) return [...before, taskId(text)]
  throw new InvalidArgumentError(`There are at most ${limits.redrivesPerCall}.`)
}
