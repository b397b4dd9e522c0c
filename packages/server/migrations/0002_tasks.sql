-- Tasks and the event log. Rows of a task carry no foreign keys: measured, they halve to quarter the rate of
-- submissions. They are written only together with the row of `tasks` that allots their seq.

create table tasks (
  tenant_id uuid not null,
  id uuid not null,
  principal text not null,
  context_id text not null,
  agent text not null,
  -- Why this agent: see chooseAgent.
  routing text not null,
  wire_version text not null check (wire_version in ('0.3', '1.0')),
  metadata jsonb,
  state text not null check (state in (
    'submitted', 'working', 'input-required', 'auth-required', 'completed', 'failed', 'canceled', 'rejected')),
  status_message jsonb,
  status_seq bigint not null,
  status_at timestamptz(3) not null default now(),
  -- The seq of the last event: gapless, allotted under the row lock.
  last_seq bigint not null,
  -- The count of A2A-visible changes.
  generation bigint not null,
  -- The lease: whoever holds this attempt and token writes, until the time that the database's clock tells.
  attempt integer not null default 0,
  lease_token uuid,
  lease_owner uuid,
  lease_until timestamptz(3),
  -- Attempts in a row whose lease ran out: a task that kills its process each time is given up.
  lost_leases integer not null default 0,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, id)
);

create index tasks_listing on tasks (tenant_id, principal, status_at desc, id desc);
create index tasks_context on tasks (tenant_id, principal, context_id, id);
create index tasks_unfinished on tasks (lease_until) where state in ('submitted', 'working');

-- Refuses what the state machine of the protocol package refuses: terminal states are final.
create function check_task_transition() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if old.state in ('completed', 'failed', 'canceled', 'rejected') then
    raise exception 'a % task cannot become %', old.state, new.state using errcode = 'check_violation',
      constraint = 'task_transition';
  end if;
  if new.last_seq <= old.last_seq or new.generation < old.generation then
    raise exception 'a change of state needs an event' using errcode = 'check_violation', constraint = 'task_transition';
  end if;
  return new;
end
$$;

revoke all on function check_task_transition() from public;

create trigger check_task_transition before update of state on tasks
  for each row execute function check_task_transition();

-- One change of a task each. Partitioned by the time in the task's UUIDv7, so that (tenant_id, task_id, seq) is unique.
create table task_events (
  tenant_id uuid not null,
  task_id uuid not null,
  seq bigint not null check (seq > 0),
  generation bigint,
  kind text not null check (kind in ('created', 'message', 'attempt', 'status', 'artifact')),
  v smallint not null,
  actor text not null,
  at timestamptz(3) not null default now(),
  body jsonb not null,
  primary key (tenant_id, task_id, seq)
) partition by range (task_id);

-- The messages of a task in order. The current status message stands in `tasks`; the reader leaves it out here.
create table task_messages (
  tenant_id uuid not null,
  task_id uuid not null,
  seq bigint not null,
  message jsonb not null,
  primary key (tenant_id, task_id, seq)
);

-- One row per chunk, so that an artifact of n chunks costs n writes. The first row of an artifact carries its header.
create table task_artifacts (
  tenant_id uuid not null,
  task_id uuid not null,
  artifact_id text not null,
  seq bigint not null,
  artifact jsonb not null,
  primary key (tenant_id, task_id, artifact_id, seq)
);

-- Message ids that were accepted: sending one again attaches to its task.
create table task_requests (
  tenant_id uuid not null,
  principal text not null,
  agent text not null,
  message_id text not null,
  request_hash bytea not null,
  task_id uuid not null,
  created_at timestamptz(3) not null default now(),
  primary key (tenant_id, principal, agent, message_id)
);

create index task_requests_age on task_requests using brin (created_at);

-- Bytes that are too large for a row of their task.
create table blobs (
  tenant_id uuid not null,
  id uuid not null,
  content bytea not null,
  created_at timestamptz(3) not null default now(),
  primary key (tenant_id, id)
);

-- What agents remember for a principal.
create table memories (
  tenant_id uuid not null,
  principal text not null,
  agent text not null,
  key text not null,
  value text not null,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (tenant_id, principal, agent, key)
);

-- Gives a tenant table its protection: forced row-level security, the tenant's policy and the system's.
create procedure protect_tenant_table(target regclass)
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('alter table %s enable row level security, force row level security', target);
  execute format('create policy tenant_isolation on %s to ct_app
    using (tenant_id = (select public.get_current_tenant_id()))
    with check (tenant_id = (select public.get_current_tenant_id()))', target);
  execute format('create policy system_access on %s to ct_system using (true) with check (true)', target);
end
$$;

revoke all on procedure protect_tenant_table(regclass) from public;

call protect_tenant_table('tasks');
call protect_tenant_table('task_events');
call protect_tenant_table('task_messages');
call protect_tenant_table('task_artifacts');
call protect_tenant_table('task_requests');
call protect_tenant_table('blobs');
call protect_tenant_table('memories');

grant select, insert, update on tasks to ct_app;
grant select, insert on task_events to ct_app;
grant select, insert on task_messages to ct_app;
grant select, insert, delete on task_artifacts to ct_app;
grant select, insert, update on task_requests to ct_app;
grant select, insert on blobs to ct_app;
grant select, insert, update, delete on memories to ct_app;

grant select, update on tasks to ct_system;
grant select, insert on task_events to ct_system;
grant select, delete on task_requests to ct_system;

-- The first UUIDv7 of a moment: the bound of a partition.
create function uuid_floor(moment timestamptz) returns uuid
  language sql immutable set search_path = pg_catalog, pg_temp
  return (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

revoke all on function uuid_floor(timestamptz) from public;

-- Makes the monthly partitions of the log from the current month on. A task of another time (a clock that is far off)
-- finds the default partition, so no task is ever refused for its id.
create function ensure_task_event_partitions(months_ahead integer) returns setof text
  language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC'
as $$
declare
  month timestamptz;
  name text;
begin
  perform pg_advisory_xact_lock(hashtext('ensure_task_event_partitions'));
  if to_regclass('public.task_events_default') is null then
    create table public.task_events_default partition of public.task_events default;
    call public.protect_tenant_table('public.task_events_default');
    return next 'task_events_default';
  end if;
  for step in 0 .. months_ahead loop
    month := date_trunc('month', now()) + make_interval(months => step);
    name := 'task_events_' || to_char(month, '"y"YYYY"m"MM');
    continue when to_regclass('public.' || name) is not null;
    begin
      execute format('create table public.%I partition of public.task_events for values from (%L) to (%L)', name,
        public.uuid_floor(month), public.uuid_floor(month + interval '1 month'));
    exception when check_violation then
      -- Tasks of this month lie in the default partition already, from a clock that was ahead: it keeps the month.
      continue;
    end;
    call public.protect_tenant_table(('public.' || name)::regclass);
    return next name;
  end loop;
end
$$;

revoke all on function ensure_task_event_partitions(integer) from public;
grant execute on function ensure_task_event_partitions(integer) to ct_system;

select ensure_task_event_partitions(2);
