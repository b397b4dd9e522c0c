-- Calls of automation tools, tasks that are done over, attempts as runs, and what the sweepers have done.

-- The calls that a principal may make in a while: each row is one of them, taken at a time and free again a while later. Calls
-- that come at once take different rows, so nobody waits for a counter.
create table call_slots (
  tenant_id uuid not null,
  principal text not null,
  slot smallint not null,
  taken_at timestamptz(3) not null,
  primary key (tenant_id, principal, slot)
) with (fillfactor = 50);

call protect_tenant_table('call_slots');
grant select, insert, update on call_slots to ct_app;

-- The task that does a dead letter over: at most one.
alter table task_work add column redriven_as uuid;

create index tasks_of_workers on tasks (tenant_id, principal, id) where lane is not null;

-- The attempts of workers, among much output.
create index task_events_attempts on task_events (tenant_id, task_id, seq)
  where kind = 'attempt' and left(actor, 7) = 'worker:';

-- What each process has swept up: rows of work, none of any tenant.
create table sweeps (
  instance_id uuid primary key,
  since timestamptz(3) not null default now(),
  swept_at timestamptz(3) not null default now(),
  -- Tasks whose time to wait was over.
  readied bigint not null default 0,
  -- Tasks whose workers were not heard of: put back, or given up.
  requeued bigint not null default 0,
  given_up bigint not null default 0,
  -- Tasks whose deadline had passed.
  overdue bigint not null default 0
) with (fillfactor = 50);

grant select, insert, update, delete on sweeps to ct_system;
