import type { Json, JsonObject } from '@codetether/protocol/json'
import { limits } from '@codetether/protocol/limits'
import { type Place, putSessions, type SessionKey, type Usage } from './sessions.ts'
import { plannedPerCall, statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'

interface MessageFields extends Usage {
  id: string
  role: 'user' | 'assistant' | 'system'
  parentId: string | null
  agent: string | null
  /** `provider/model`, as far as it was told. */
  model: string | null
  error: Json
  parts: JsonObject[]
}

/** A message as it is told; times are milliseconds. */
export interface ToldMessage extends MessageFields {
  createdAt: number | null
  completedAt: number | null
}

export interface SessionMessageRow extends MessageFields {
  createdAt: Date
  /** Null while it grows. */
  completedAt: Date | null
}

const usage = ['cost', 'input_tokens', 'output_tokens', 'reasoning_tokens', 'cache_read_tokens', 'cache_write_tokens']
const columns = [
  'role',
  'parent_id',
  'agent',
  'model',
  ...usage,
  'error',
  'parts',
  'chars',
  'created_at',
  'completed_at',
]
const list = columns.join(', ')

const all = (table: string) => columns.map(column => `${table}.${column}`).join(', ')

// The session's row is locked by then: what is there of its messages stays as it is until the end. A message that is complete
// is not replaced by one that still grows, so that calls may come in any order.
const put = statement(`
  with given as (
    select g.id, g.role, g."parentId" as parent_id, g.agent, g.model, g.cost, g."inputTokens" as input_tokens,
      g."outputTokens" as output_tokens, g."reasoningTokens" as reasoning_tokens,
      g."cacheReadTokens" as cache_read_tokens, g."cacheWriteTokens" as cache_write_tokens, nullif(g.error, 'null') as error,
      g.parts, g.chars, coalesce(to_timestamp(g."createdAt" / 1000.0)::timestamptz(3), m.created_at, now()) as created_at,
      to_timestamp(g."completedAt" / 1000.0)::timestamptz(3) as completed_at
    from jsonb_to_recordset($4::jsonb) as g (
      id text, role text, "parentId" text, agent text, model text, cost numeric, "inputTokens" bigint,
      "outputTokens" bigint, "reasoningTokens" bigint, "cacheReadTokens" bigint, "cacheWriteTokens" bigint,
      error jsonb, parts jsonb, chars int, "createdAt" float8, "completedAt" float8)
    left join session_messages m on m.tenant_id = $1 and m.codebase_id = $2 and m.session_id = $3 and m.id = g.id
  ), known as (
    select m.* from given g join session_messages m
      on m.tenant_id = $1 and m.codebase_id = $2 and m.session_id = $3 and m.id = g.id
  ), changed as (
    select s.tenant_id, s.codebase_id, s.id as session_id, g.*
    from sessions s cross join given g left join known k on k.id = g.id
    where s.tenant_id = $1 and s.codebase_id = $2 and s.id = $3
      and (k.id is null or ((g.completed_at is not null or k.completed_at is null)
        and (${all('g')}) is distinct from (${all('k')})))
  ), stored as (
    insert into session_messages (tenant_id, codebase_id, session_id, id, ${list})
    select tenant_id, codebase_id, session_id, id, ${list} from changed
    on conflict (tenant_id, codebase_id, session_id, id) do update set
      (${list}) = row(${all('excluded')})
  ), more as (
    select count(*) filter (where k.id is null) as messages, max(c.created_at) as last_at,
      ${usage.map(column => `sum(c.${column} - coalesce(k.${column}, 0)) as ${column}`).join(', ')}
    from changed c left join known k on k.id = c.id
    having count(*) > 0
  )
  update sessions s set message_count = s.message_count + more.messages,
    updated_at = greatest(s.updated_at, least(more.last_at, now())),
    ${usage.map(column => `${column} = s.${column} + more.${column}`).join(', ')}
  from more where s.tenant_id = $1 and s.codebase_id = $2 and s.id = $3`)

/**
 * Stores messages of a session, each once, and adds what is new in them to its sums. What is told again changes nothing. Of the
 * session itself is stored what is told with them.
 */
export async function putSessionMessages(
  tx: Writer,
  { tenantId, codebaseId, id }: SessionKey,
  { about, messages }: { about: Parameters<typeof putSessions>[2][number]; messages: readonly ToldMessage[] },
): Promise<void> {
  const given = messages.map(message => ({ ...message, chars: JSON.stringify(message.parts).length }))
  await Promise.all([
    // Locks the session's row, also where nothing of it changes.
    putSessions(tx, { tenantId, codebaseId }, [about]),
    // A statement of its own: it sees what was committed while the lock was waited for.
    tx.query(put, [tenantId, codebaseId, id, JSON.stringify(given)]),
  ])
}

const shown = `
  m.id, m.role, m.parent_id as "parentId", m.agent, m.model, m.cost::float8 as cost,
  m.input_tokens::float8 as "inputTokens", m.output_tokens::float8 as "outputTokens",
  m.reasoning_tokens::float8 as "reasoningTokens", m.cache_read_tokens::float8 as "cacheReadTokens",
  m.cache_write_tokens::float8 as "cacheWriteTokens", m.error, m.parts, m.created_at as "createdAt",
  m.completed_at as "completedAt"`

const page = plannedPerCall(`
  select ${shown}, p.found > p.place as "hasNext"
  from (
    select id, count(*) over () as found, row_number() over newest as place,
      sum(chars) over (newest rows between unbounded preceding and 1 preceding) as before
    from (
      select id, chars, created_at from session_messages
      where tenant_id = $1 and codebase_id = $2 and session_id = $3
        and ($4::timestamptz is null or (created_at, id) < ($4, $5))
      order by created_at desc, id desc limit $6 + 1) n
    window newest as (order by created_at desc, id desc)
  ) p join session_messages m on m.tenant_id = $1 and m.codebase_id = $2 and m.session_id = $3 and m.id = p.id
  where p.place <= $6 and coalesce(p.before, 0) < ${limits.pageBytes}
  order by m.created_at desc, m.id desc`)

/** Messages of a session, the newest first; a page of large ones ends early. */
export async function listSessionMessages(
  tx: Reader,
  { tenantId, codebaseId, id }: SessionKey,
  { after, limit }: { after: Place | null; limit: number },
): Promise<{ page: SessionMessageRow[]; more: boolean }> {
  const values = [tenantId, codebaseId, id, after?.at ?? null, after?.id ?? null, limit]
  const rows = await tx.query<SessionMessageRow & { hasNext: boolean }>(page, values)
  return { page: rows, more: rows.at(-1)?.hasNext === true }
}
