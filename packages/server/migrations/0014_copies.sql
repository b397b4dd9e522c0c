-- Copies of codebases: clones of git remotes and archives, and what workers are asked to do about them.

-- Directories below which the worker looks for codebases that nobody has.
alter table workers add column roots text[] not null default '{}';

-- What workers carry out themselves, instead of their runtime.
-- The rows that are there have none, and are not looked through.
alter table task_work add column errand text,
  add constraint task_work_errand_check check (errand in ('clone', 'pack', 'unpack')) not valid;

alter table codebases
  -- SHA-256 over principal, remote and branch: the same ones are the same codebase.
  add column git_digest bytea,
  -- How often cloning was begun, and the task that does it.
  add column clone_number integer not null default 0,
  add column clone_task_id uuid,
  -- The archive that counts.
  add column archive_id uuid;

create unique index codebases_git on codebases (tenant_id, git_digest) where git_digest is not null;
-- For what lies below a directory: a range in the order of bytes.
create index codebases_below on codebases (tenant_id, path collate "C");

-- What a remote wants to see, until the clone is done.
create table git_tokens (
  tenant_id uuid not null,
  codebase_id uuid not null,
  sealed bytea not null,
  created_at timestamptz(3) not null default now(),
  primary key (tenant_id, codebase_id)
);

-- A packed tree, which never changes: the next one is another row.
create table archives (
  tenant_id uuid not null,
  id uuid not null,
  codebase_id uuid not null,
  principal text not null,
  -- Null until all of it is there.
  bytes bigint,
  sha256 bytea,
  created_at timestamptz(3) not null default now(),
  -- When it may go. Null for the one that counts.
  stale_at timestamptz(3),
  primary key (tenant_id, id)
);

create index archives_codebase on archives (tenant_id, codebase_id);
create index archives_principal on archives (tenant_id, principal);
create index archives_stale on archives (stale_at) where stale_at is not null;

create table archive_chunks (
  tenant_id uuid not null,
  archive_id uuid not null,
  n integer not null,
  content bytea not null,
  primary key (tenant_id, archive_id, n)
);

-- It is compressed already.
alter table archive_chunks alter column content set storage external;

call protect_tenant_table('git_tokens');
call protect_tenant_table('archives');
call protect_tenant_table('archive_chunks');

grant select, insert, update, delete on git_tokens, archives to ct_app;
grant select, insert, delete on archive_chunks to ct_app;
