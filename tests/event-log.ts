import assert from 'node:assert/strict'
import { type Agent, type AgentContext, defineAgent } from '@codetether/agents/define-agent'
import type { Message } from '@codetether/protocol/message'
import { withConnection } from '@codetether/server/db/connect'
import type { TestDatabase } from '@codetether/testing/test-database'
import { message } from './platform.ts'

/** An agent of a test: its handler is a closure, so that the test can hold it where it wants. */
export const agentOf = (name: string, handle: Agent['handle'], more: Partial<Agent> = {}): Agent =>
  defineAgent({
    name,
    description: `What ${name} does stands in the test.`,
    skills: [{ id: name.toLowerCase(), name, description: 'Is there for a test.', tags: ['test'] }],
    handle,
    ...more,
  })

/** A message to one agent. */
export const to = (agent: string, text = 'go', more: object = {}) => message(text, { metadata: { agent }, ...more })

/** The same, answered at once. */
export const soon = (params: object) => ({ ...params, configuration: { blocking: false } })

/** An agent whose runs wait: each hands over its context, and goes on with what the test then tells it to do. */
export function heldAgent(name = 'Held') {
  const started = Promise.withResolvers<AgentContext>()
  const told = Promise.withResolvers<(ctx: AgentContext, message: Message) => Promise<void>>()
  const ended = Promise.withResolvers<void>()
  const agent = agentOf(name, async (given, ctx) => {
    started.resolve(ctx)
    try {
      await (await told.promise)(ctx, given)
    } finally {
      ended.resolve()
    }
  })
  return { agent, started: started.promise, tell: told.resolve, ended: ended.promise }
}

/** A row of the log. */
export interface EventRow {
  seq: number
  generation: number | null
  kind: string
  actor: string
  partition: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies whose shape is what they are about
  body: any
}

export const query = <Row extends object>(
  database: TestDatabase,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> => withConnection(database.admin, async client => (await client.query<Row>(sql, values)).rows)

export const readLog = (database: TestDatabase, taskId: string): Promise<EventRow[]> =>
  query(
    database,
    `select seq::int as seq, generation::int as generation, kind, actor, tableoid::regclass::text as partition, body
     from task_events where task_id = $1 order by seq`,
    [taskId],
  )

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1)

/** What every log must be: numbered from 1 without a gap, visible changes too, and the task's row knows the ends. */
export async function assertSoundLog(database: TestDatabase, taskId: string): Promise<EventRow[]> {
  const log = await readLog(database, taskId)
  const generations = log.flatMap(event => event.generation ?? [])
  assert.deepEqual(
    log.map(event => event.seq),
    upTo(log.length),
  )
  assert.deepEqual(generations, upTo(generations.length))
  for (const { kind, generation } of log)
    assert.equal(generation !== null, ['created', 'status', 'artifact'].includes(kind), kind)
  const ends = await query(
    database,
    'select last_seq::int as seq, generation::int as generation, state from tasks where id = $1',
    [taskId],
  )
  const last = log.findLast(event => event.kind === 'status')
  assert.deepEqual(ends, [{ seq: log.length, generation: generations.length, state: last?.body.state ?? 'submitted' }])
  return log
}

/** Rows of a task that is not there. */
export async function assertNoOrphans(database: TestDatabase): Promise<void> {
  const logTables = ['task_events', 'task_messages', 'task_artifacts', 'task_requests']
  for (const table of [...logTables, 'push_configs', 'push_dead_letters']) {
    const orphans = await query(
      database,
      `select r.task_id from ${table} r left join tasks t on t.tenant_id = r.tenant_id and t.id = r.task_id
       where t.id is null`,
    )
    assert.deepEqual(orphans, [], table)
  }
  const unnamed = await query(
    database,
    `select b.id from blobs b where not exists (
       select from task_events e where e.tenant_id = b.tenant_id and e.body::text like '%' || b.id || '%')
     and not exists (
       select from task_messages m where m.tenant_id = b.tenant_id and m.message::text like '%' || b.id || '%')`,
  )
  assert.deepEqual(unnamed, [], 'blobs')
}
