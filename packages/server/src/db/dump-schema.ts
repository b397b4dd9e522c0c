import type { ClientBase } from 'pg'
import { dumpQueries } from './dump-queries.ts'

/**
 * The schema `public` as text, from the catalogues: the same for the same schema, whatever the order, the time and the
 * server's history in which it came about. Partitions by month stand as one line, because their number grows with time.
 */
export async function dumpSchema(client: ClientBase): Promise<string> {
  const sections = ['-- The effect of all migrations, written by `npm run schema`: to be read, not to be run.\n']
  for (const { title, sql } of dumpQueries) {
    const { rows } = await client.query<{ line: string }>(sql)
    const lines = [...new Set(rows.map(row => row.line))]
    if (lines.length > 0) sections.push(`-- ${title}\n\n${lines.join('\n').trimEnd()}\n`)
  }
  return sections.join('\n')
}
