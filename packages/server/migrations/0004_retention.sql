-- Retention and erasure: what ended long ago can be deleted, and so can a tenant. Only background work deletes.

-- Files go with their task. Null in the rows of older programs.
alter table blobs add column task_id uuid;

-- Forced security binds the owner too.
alter table blobs no force row level security;
alter table task_events no force row level security;
update blobs b set task_id = e.task_id
  from task_events e, jsonb_path_query(coalesce(e.body->'message', e.body->'artifact'), '$.parts[*].blob.id') as named (id)
  where e.tenant_id = b.tenant_id and named.id #>> '{}' = b.id::text;
alter table task_events force row level security;
alter table blobs force row level security;

create index blobs_task on blobs (tenant_id, task_id);

-- From here on a table of tenants can be erased as soon as it is protected.
create or replace procedure protect_tenant_table(target regclass)
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('alter table %s enable row level security, force row level security', target);
  execute format('create policy tenant_isolation on %s to ct_app
    using (tenant_id = (select public.get_current_tenant_id()))
    with check (tenant_id = (select public.get_current_tenant_id()))', target);
  execute format('create policy system_access on %s to ct_system using (true) with check (true)', target);
  if not (select relispartition from pg_class where oid = target) then
    execute format('grant select, delete on %s to ct_system', target);
  end if;
end
$$;

do $$
declare
  target regclass;
begin
  for target in
    select c.oid::regclass from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  loop
    execute format('grant select, delete on %s to ct_system', target);
  end loop;
end
$$;

grant delete on tenants to ct_system;
grant execute on function uuid_floor(timestamptz) to ct_system;

-- Keeps new tasks out of a month of the log while somebody looks whether the month can go. Readers pass.
create function lock_task_event_partition(name text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '1s'
as $$
begin
  if name !~ '^task_events_y\d{4}m\d{2}$' then
    raise exception '% is no month of the event log', name using errcode = 'invalid_parameter_value';
  end if;
  execute format('lock table public.%I in share row exclusive mode', name);
end
$$;

-- Drops a month of the log that is over. Every statement on the log waits behind the lock that this needs, so it gives up
-- after a second rather than hold them up.
create function drop_task_event_partition(name text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '1s' set timezone = 'UTC'
as $$
begin
  if name !~ '^task_events_y\d{4}m\d{2}$' or to_date(right(name, 7), 'YYYY"m"MM') >= date_trunc('month', now()) then
    raise exception '% is no past month of the event log', name using errcode = 'invalid_parameter_value';
  end if;
  execute format('drop table public.%I', name);
end
$$;

revoke all on function lock_task_event_partition(text) from public;
revoke all on function drop_task_event_partition(text) from public;
grant execute on function lock_task_event_partition(text) to ct_system;
grant execute on function drop_task_event_partition(text) to ct_system;
