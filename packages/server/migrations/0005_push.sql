-- Push notifications. The log of a task is the outbox: a configuration is a reader of it that keeps its place, and what
-- adds to the log says in the same transaction that there is something to send.

-- Somebody wants to be told of this task. Without it nothing is looked up when the task changes.
alter table tasks add column has_push boolean not null default false;

create table push_configs (
  tenant_id uuid not null,
  task_id uuid not null,
  id text not null,
  principal text not null,
  -- The version of A2A in which it was made: notifications have its form.
  wire_version text not null check (wire_version in ('0.3', '1.0')),
  url text not null,
  auth_scheme text,
  -- Token and credentials, encrypted by the application for this row alone.
  sealed bytea not null,
  -- Events up to here were delivered or given up, and up to there they may be waiting.
  sent_seq bigint not null,
  pending_seq bigint not null,
  -- From when on somebody may send; null while nothing waits. While a sender holds the row, the end of its lease.
  next_at timestamptz(3),
  lease_owner uuid,
  lease_token uuid,
  -- Attempts in a row that have failed.
  failures integer not null default 0,
  -- The receiver wants nothing any more.
  disabled_at timestamptz(3),
  created_at timestamptz(3) not null default now(),
  primary key (tenant_id, task_id, id)
);

create index push_configs_due on push_configs (next_at) where next_at is not null;
create index push_configs_leased on push_configs (lease_owner) where lease_owner is not null;

-- Notifications that were given up.
create table push_dead_letters (
  tenant_id uuid not null,
  task_id uuid not null,
  config_id text not null,
  seq bigint not null,
  reason text not null,
  attempts integer not null,
  created_at timestamptz(3) not null default now(),
  -- Set for one that shall be sent once more; while it is being sent, the end of that lease.
  retry_at timestamptz(3),
  primary key (tenant_id, task_id, config_id, seq)
);

create index push_dead_letters_due on push_dead_letters (retry_at) where retry_at is not null;
create index push_dead_letters_age on push_dead_letters (created_at);

call protect_tenant_table('push_configs');
call protect_tenant_table('push_dead_letters');

grant select, insert, update, delete on push_configs to ct_app;
grant select, delete on push_dead_letters to ct_app;
grant update on push_configs to ct_system;
grant insert, update on push_dead_letters to ct_system;

-- A trigger, so that programs which know nothing of push say it too. Its condition is all that other tasks pay.
create function mark_push_configs() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  update public.push_configs set pending_seq = new.last_seq, next_at = coalesce(next_at, now())
  where tenant_id = new.tenant_id and task_id = new.id and disabled_at is null;
  return null;
end
$$;

revoke all on function mark_push_configs() from public;

create trigger mark_push_configs after update of last_seq on tasks
  for each row when (new.has_push and new.generation > old.generation) execute function mark_push_configs();
