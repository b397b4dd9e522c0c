import { PlatformError } from '@codetether/protocol/errors'
import type { ClientBase } from 'pg'
import type { Log } from './address.ts'

/** Statements that bring a cluster or a database nearer to what the platform needs. */
export interface Step {
  /** What they do, in words for a person. */
  readonly says: string
  readonly sql: string
}

/** privilege_not_revoked, privilege_not_granted: warnings only, whoever issues the statement. */
const withoutEffect = ['01006', '01007']

/** Throws FORBIDDEN if the login may not change the privileges; of other things the database says so itself. */
export async function runSteps(client: ClientBase, steps: readonly Step[], log: Log): Promise<void> {
  for (const { says, sql } of steps) {
    const codes: (string | undefined)[] = []
    const listen = ({ code }: { code?: string | undefined }) => codes.push(code)
    client.on('notice', listen)
    await client.query(sql).finally(() => client.off('notice', listen))
    if (codes.some(code => code !== undefined && withoutEffect.includes(code)))
      throw new PlatformError('FORBIDDEN', `this login cannot ${says}`)
    log(says)
  }
}
