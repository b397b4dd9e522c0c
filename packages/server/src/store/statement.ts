import { createHash } from 'node:crypto'

/** One SQL statement. The name makes PostgreSQL keep its plan per connection; without one it is planned for each call. */
export interface Statement {
  readonly name?: string
  readonly text: string
}

/** Declares a statement once, at module level. */
export const statement = (text: string): Statement => ({
  name: createHash('sha1').update(text).digest('base64url'),
  text,
})

/**
 * Declares a statement whose best plan depends on its values, such as one with optional filters. PostgreSQL would keep
 * the plan that fits the first calls: measured at 200 000 tasks, 250 ms instead of 0.2 ms for the tasks of a context.
 */
export const plannedPerCall = (text: string): Statement => ({ text })
