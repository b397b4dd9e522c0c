import type { Json } from '@codetether/protocol/json'
import { plannedPerCall, statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'

/** What the model of a message or of a whole session has used; the cost in US dollars. */
export interface Usage {
  cost: number
  inputTokens: number
  outputTokens: number
  reasoningTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
}

/** A conversation of a coding agent in a codebase. */
export interface SessionRow extends Usage {
  codebaseId: string
  id: string
  /** Who registered the codebase. */
  principal: string
  /** False while only tasks name it. */
  named: boolean
  /** The serial key of its tasks, where that is another id. */
  serialKey: string | null
  source: string | null
  workerId: string | null
  title: string | null
  directory: string | null
  projectId: string | null
  version: string | null
  summary: Json
  /** How many messages it has where it lives, if that was told. */
  toldMessages: number | null
  /** How many of them are here. */
  messageCount: number
  createdAt: Date
  updatedAt: Date
}

const columns = `
  s.codebase_id as "codebaseId", s.id, s.principal, s.named, s.serial_key as "serialKey", s.source, s.worker_id as "workerId", s.title,
  s.directory, s.project_id as "projectId", s.version, s.summary, s.told_messages as "toldMessages",
  s.message_count as "messageCount", s.cost::float8 as cost, s.input_tokens::float8 as "inputTokens",
  s.output_tokens::float8 as "outputTokens", s.reasoning_tokens::float8 as "reasoningTokens",
  s.cache_read_tokens::float8 as "cacheReadTokens", s.cache_write_tokens::float8 as "cacheWriteTokens",
  s.created_at as "createdAt", s.updated_at as "updatedAt"`

export interface SessionKey {
  tenantId: string
  codebaseId: string
  id: string
}

// Tasks may have given a conversation one id, and its worker another.
const find = statement(`
  select ${columns} from (
    select * from sessions where tenant_id = $1 and codebase_id = $2 and id = $3
    union all
    select * from sessions where tenant_id = $1 and codebase_id = $2 and serial_key = $3
  ) s
  order by s.named desc, s.id = $3 desc, s.updated_at desc, s.id limit 1`)

/** The session with this id, or the last one of the tasks that were given it. */
export async function findSession(tx: Reader, { tenantId, codebaseId, id }: SessionKey): Promise<SessionRow | null> {
  const [row] = await tx.query<SessionRow>(find, [tenantId, codebaseId, id])
  return row ?? null
}

/** A place in a listing: behind this row. */
export interface Place {
  at: Date
  id: string
}

export interface SessionFilter {
  tenantId: string
  /** Either the sessions of a codebase, or those of a principal. */
  of: { codebaseId: string } | { principal: string }
  after: Place | null
  offset: number
  limit: number
}

const listBy = (column: string) =>
  plannedPerCall(`
  select ${columns} from sessions s
  where s.tenant_id = $1 and s.${column} = $2
    and ($3::timestamptz is null or (s.updated_at, s.id) < ($3, $4))
  order by s.updated_at desc, s.id desc limit $5 offset $6`)

const listByCodebase = listBy('codebase_id')
const listByPrincipal = listBy('principal')

/** Sessions, those that were changed last first. */
export const listSessions = (
  tx: Reader,
  { tenantId, of, after, offset, limit }: SessionFilter,
): Promise<SessionRow[]> => {
  const [list, value] = 'codebaseId' in of ? [listByCodebase, of.codebaseId] : [listByPrincipal, of.principal]
  return tx.query(list, [tenantId, value, after?.at ?? null, after?.id ?? null, limit, offset])
}

/** What a worker, or whoever has registered the codebase, tells of a session. Times are milliseconds. */
export interface ToldSession {
  id: string
  source: string | null
  workerId: string | null
  title: string | null
  directory: string | null
  projectId: string | null
  version: string | null
  summary: Json
  toldMessages: number | null
  createdAt: number | null
  updatedAt: number | null
}

const told = [
  'source',
  'worker_id',
  'title',
  'directory',
  'project_id',
  'version',
  'summary',
  'told_messages',
  'told_updated_at',
]

const merged = told.map(column => `coalesce(excluded.${column}, s.${column})`)
const time = (ms: string) => `case when g."${ms}" is not null then least(to_timestamp(g."${ms}" / 1000.0), now()) end`

// In the order of their ids, so that two that tell of the same sessions wait in one direction only. A clock that is ahead puts
// nothing before what happens now.
const put = statement(`
  insert into sessions as s (tenant_id, codebase_id, id, principal, named, created_at, updated_at, ${told.join(', ')})
  select c.tenant_id, c.id, g.id, c.principal, true,
    coalesce(${time('createdAt')}, ${time('updatedAt')}, now()), coalesce(${time('updatedAt')}, ${time('createdAt')}, now()),
    g.source, g."workerId", g.title, g.directory, g."projectId", g.version, nullif(g.summary, 'null'), g."toldMessages",
    ${time('updatedAt')}
  from jsonb_to_recordset($3::jsonb) as g (
      id text, source text, "workerId" text, title text, directory text, "projectId" text, version text, summary jsonb,
      "toldMessages" int, "createdAt" float8, "updatedAt" float8),
    (select tenant_id, id, principal from codebases where tenant_id = $1 and id = $2 for key share) c
  order by g.id
  on conflict (tenant_id, codebase_id, id) do update set
    named = true, created_at = least(s.created_at, excluded.created_at),
    updated_at = greatest(s.updated_at, excluded.updated_at), (${told.join(', ')}) = row(${merged.join(', ')})
  where (s.told_updated_at is null or coalesce(excluded.told_updated_at >= s.told_updated_at, true))
    and (not s.named or s.created_at > excluded.created_at
      or (${told.map(column => `s.${column}`).join(', ')}) is distinct from (${merged.join(', ')}))`)

/** Stores what is told of sessions, each once. What is told again, or of an earlier time, changes nothing. */
export const putSessions = async (
  tx: Writer,
  { tenantId, codebaseId }: Omit<SessionKey, 'id'>,
  sessions: readonly ToldSession[],
): Promise<unknown> => await tx.query(put, [tenantId, codebaseId, JSON.stringify(sessions)])

const begin = statement(`
  insert into sessions as s (tenant_id, codebase_id, id, principal, named, title)
  select distinct on (c.id, w."sessionId") c.tenant_id, c.id, w."sessionId", c.principal, false, w.title
  from jsonb_to_recordset($2::jsonb) as w (id uuid, title text, "codebaseId" uuid, "sessionId" text)
    join tasks t on t.tenant_id = $1 and t.id = w.id
    join codebases c on c.tenant_id = $1 and c.id = w."codebaseId" and c.principal = t.principal
  where w."sessionId" is not null and not exists (
    select from sessions k where k.tenant_id = $1 and k.codebase_id = c.id and k.serial_key = w."sessionId")
  order by c.id, w."sessionId", w.id
  on conflict (tenant_id, codebase_id, id) do update set updated_at = now()`)

/** Sessions begin with their first task, if it is of whoever registered the codebase. */
export async function beginSessions(
  tx: Writer,
  tenantId: string,
  tasks: readonly { id: string; title: string; codebaseId: string | null; sessionId: string | null }[],
): Promise<void> {
  const given = tasks.filter(({ codebaseId, sessionId }) => codebaseId !== null && sessionId !== null)
  if (given.length > 0) await tx.query(begin, [tenantId, JSON.stringify(given)])
}

/** A part of the statement that takes reports: `note` and `task` stand before it. What a task's worker calls its session. */
export const namedSessions = `named as (
    insert into sessions as s (tenant_id, codebase_id, id, principal, named, serial_key, worker_id, title)
    select distinct on (c.id, n.session) c.tenant_id, c.id, n.session, c.principal, true,
      nullif(task."serialKey", n.session), task."workerId", n.title
    from note n join task using (id)
      join codebases c on c.tenant_id = $1 and c.id = n."codebaseId" and c.principal = task.principal
    where n.session is not null
    order by c.id, n.session, id
    on conflict (tenant_id, codebase_id, id) do update set
      named = true, serial_key = coalesce(s.serial_key, excluded.serial_key), worker_id = excluded.worker_id,
      title = coalesce(s.title, excluded.title), updated_at = now()
    returning s.codebase_id, s.serial_key
  ), replaced_session as (
    delete from sessions s using named n
    where s.tenant_id = $1 and s.codebase_id = n.codebase_id and s.id = n.serial_key and not s.named
  )`

/** What a task `t` with its work `w` calls its session: its worker's own id for it, as soon as that is known. */
export const currentSession = `case when w.codebase_id is not null and w.session_id = t.serial_key then coalesce((
      select s.id from sessions s
      where s.tenant_id = t.tenant_id and s.codebase_id = w.codebase_id and s.serial_key = t.serial_key
        and s.principal = t.principal
      order by s.updated_at desc, s.id limit 1), w.session_id) else w.session_id end`
