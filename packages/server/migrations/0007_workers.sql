-- Work for workers: processes on other machines that lease tasks over HTTP.

create table workers (
  tenant_id uuid not null,
  -- Chosen by the worker, and the same after it has restarted.
  id text not null,
  -- What its leases name, in tasks.lease_owner. A process of the server never has it.
  key uuid not null,
  -- Who registered it: nobody else may do so again.
  principal text not null,
  name text not null,
  hostname text,
  capabilities text[] not null,
  -- The names by which tasks may ask for it.
  agents text[] not null,
  -- Model references, `provider/model`, and what the worker tells of each.
  model_refs text[] not null,
  models jsonb not null,
  -- It takes tasks that belong to no codebase.
  takes_global boolean not null,
  -- SHA-256 of its token: a random secret of 256 bits needs no slow hash.
  token_hash bytea not null,
  state text not null check (state in ('active', 'draining', 'unregistered')),
  registered_at timestamptz(3) not null default now(),
  seen_at timestamptz(3) not null default now(),
  primary key (tenant_id, id)
);

create unique index workers_key on workers (key);

-- A directory or a git remote in which work is done.
create table codebases (
  tenant_id uuid not null,
  id uuid not null,
  principal text not null,
  name text not null,
  path text,
  description text,
  git_url text,
  git_branch text,
  -- Off: its tasks wait until somebody dispatches them.
  watch boolean not null default true,
  watch_interval_seconds integer not null default 5,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id)
);

create index codebases_path on codebases (tenant_id, path);

-- Which worker has which codebase, and where.
create table worker_codebases (
  tenant_id uuid not null,
  worker_id text not null,
  codebase_id uuid not null,
  path text not null,
  primary key (tenant_id, worker_id, codebase_id)
);

create index worker_codebases_codebase on worker_codebases (tenant_id, codebase_id);

-- What a waiting task demands of a worker, once for all tasks that demand the same. A claim chooses among lanes, of which
-- there are few, and then takes from the heads of those it may: it never looks at a task that is meant for others.
create table lanes (
  tenant_id uuid not null,
  id bigint generated always as identity,
  -- SHA-256 over all that follows.
  digest bytea not null,
  -- Users have lanes of their own, so that the tasks of one do not stand before those of another.
  principal text not null,
  worker_id text,
  agent_name text,
  codebase_id uuid,
  capabilities text[] not null,
  model_ref text,
  -- Its tasks wait for as long as the codebase is not watched.
  held boolean not null,
  created_at timestamptz(3) not null default now(),
  primary key (tenant_id, id)
);

create unique index lanes_digest on lanes (tenant_id, digest);

alter table tasks
  -- Set for work of workers.
  add column lane bigint,
  add column priority smallint not null default 0,
  add column deadline_at timestamptz(3),
  add column max_attempts smallint,
  -- Who holds it, or held it last.
  add column worker_id text,
  -- How many reports of the current attempt were taken: the number of the last one.
  add column report_seq bigint not null default 0;

-- Ready to be taken: a task that waits for a time has that time in lease_until, and is not in here.
create index tasks_ready on tasks (lane, priority desc, id)
  where lane is not null and state = 'submitted' and lease_until is null;
create index tasks_deadline on tasks (deadline_at)
  where deadline_at is not null and state not in ('completed', 'failed', 'canceled', 'rejected');
create index tasks_worker on tasks (tenant_id, worker_id, id) where worker_id is not null;

-- What a task of workers is beyond a task of A2A.
create table task_work (
  tenant_id uuid not null,
  task_id uuid not null,
  title text not null,
  -- What kind of work it is: build, plan …
  agent_type text not null,
  codebase_id uuid,
  -- How the target was found.
  routing jsonb not null,
  model_ref text,
  session_id text,
  time_limit_seconds integer,
  -- What the attempts have told of how far they are, and where the next one may go on.
  progress jsonb,
  checkpoint jsonb,
  checkpoint_seq bigint not null default 0,
  primary key (tenant_id, task_id)
);

create index task_work_codebase on task_work (tenant_id, codebase_id, task_id) where codebase_id is not null;

call protect_tenant_table('workers');
call protect_tenant_table('codebases');
call protect_tenant_table('worker_codebases');
call protect_tenant_table('lanes');
call protect_tenant_table('task_work');

grant select, insert, update on workers to ct_app;
grant select, insert, update, delete on codebases, worker_codebases to ct_app;
grant select, insert on lanes to ct_app;
grant select, insert, update on task_work to ct_app;

-- Output and progress are events of the log. They are no frames of A2A. What is there was checked by a narrower rule, and
-- looking through a large log again would lock it for minutes.
alter table task_events drop constraint task_events_kind_check;
alter table task_events add constraint task_events_kind_check
  check (kind in ('created', 'message', 'attempt', 'status', 'artifact', 'output', 'progress')) not valid;
