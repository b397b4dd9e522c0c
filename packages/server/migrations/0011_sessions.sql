-- Sessions: the conversations of coding agents in a codebase, as workers tell of them and as tasks begin them.

create table sessions (
  tenant_id uuid not null,
  codebase_id uuid not null,
  -- The coding agent's own id; until a worker has told that, the one that the tasks were given.
  id text not null,
  -- Who registered the codebase: whose sessions they are.
  principal text not null,
  -- False while only tasks name it: then it gives way to the session that their worker tells of.
  named boolean not null,
  -- The serial_key of its tasks, where that is another id.
  serial_key text,
  -- The program that it comes from, and the worker that told of it last.
  source text,
  worker_id text,
  title text,
  directory text,
  project_id text,
  version text,
  summary jsonb,
  -- How many messages it has where it lives, and how many are here.
  told_messages integer,
  message_count integer not null default 0,
  -- Sums over its messages, each of which counts once however often it is told.
  cost numeric not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  reasoning_tokens bigint not null default 0,
  cache_read_tokens bigint not null default 0,
  cache_write_tokens bigint not null default 0,
  created_at timestamptz(3) not null default now(),
  -- When it was changed where it lives: what is told later of an earlier time is left out.
  told_updated_at timestamptz(3),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, codebase_id, id)
);

create index sessions_of_codebase on sessions (tenant_id, codebase_id, updated_at desc, id desc);
create index sessions_of_principal on sessions (tenant_id, principal, updated_at desc, id desc);
create index sessions_serial on sessions (tenant_id, codebase_id, serial_key) where serial_key is not null;

create table session_messages (
  tenant_id uuid not null,
  codebase_id uuid not null,
  session_id text not null,
  id text not null,
  role text not null check (role in ('user', 'assistant', 'system')),
  parent_id text,
  agent text,
  model text,
  cost numeric not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  cache_read_tokens bigint not null,
  cache_write_tokens bigint not null,
  error jsonb,
  parts jsonb not null,
  -- Of the parts: a page is cut by size before anything large is read.
  chars integer not null,
  created_at timestamptz(3) not null,
  -- Null while the message grows.
  completed_at timestamptz(3),
  primary key (tenant_id, codebase_id, session_id, id)
);

create index session_messages_order on session_messages (tenant_id, codebase_id, session_id, created_at desc, id desc);

call protect_tenant_table('sessions');
call protect_tenant_table('session_messages');

grant select, insert, update, delete on sessions, session_messages to ct_app;
