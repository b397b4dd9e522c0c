import { createHash } from 'node:crypto'

/** One SQL statement. The name makes PostgreSQL keep its plan per connection. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** Declares a statement once, at module level. */
export const statement = (text: string): Statement => ({
  name: createHash('sha1').update(text).digest('base64url'),
  text,
})
