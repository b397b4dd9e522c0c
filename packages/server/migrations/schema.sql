-- The effect of all migrations, written by `npm run schema`: to be read, not to be run.

-- tables

create table blobs (
  tenant_id uuid not null,
  id uuid not null,
  content bytea not null,
  created_at timestamp(3) with time zone default now() not null,
  constraint blobs_pkey PRIMARY KEY (tenant_id, id)
); -- owner ct_owner, row level security, forced

create table context_keys (
  kid text not null,
  inner_pad bytea not null,
  outer_pad bytea not null,
  created_at timestamp(3) with time zone default now() not null,
  constraint context_keys_pkey PRIMARY KEY (kid),
  constraint context_keys_inner_pad_check CHECK ((octet_length(inner_pad) = 64)),
  constraint context_keys_outer_pad_check CHECK ((octet_length(outer_pad) = 64))
); -- owner ct_owner

create table memories (
  tenant_id uuid not null,
  principal text not null,
  agent text not null,
  key text not null,
  value text not null,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  constraint memories_pkey PRIMARY KEY (tenant_id, principal, agent, key)
); -- owner ct_owner, row level security, forced

create table schema_migrations (
  id integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp(3) with time zone default now() not null,
  constraint schema_migrations_pkey PRIMARY KEY (id)
); -- owner ct_owner

create table schema_window (
  one boolean default true not null,
  min_app integer not null,
  max_app integer not null,
  constraint schema_window_pkey PRIMARY KEY (one),
  constraint schema_window_one_check CHECK (one)
); -- owner ct_owner

create table task_artifacts (
  tenant_id uuid not null,
  task_id uuid not null,
  artifact_id text not null,
  seq bigint not null,
  artifact jsonb not null,
  constraint task_artifacts_pkey PRIMARY KEY (tenant_id, task_id, artifact_id, seq)
); -- owner ct_owner, row level security, forced

create table task_events (
  tenant_id uuid not null,
  task_id uuid not null,
  seq bigint not null,
  generation bigint,
  kind text not null,
  v smallint not null,
  actor text not null,
  at timestamp(3) with time zone default now() not null,
  body jsonb not null,
  constraint task_events_pkey PRIMARY KEY (tenant_id, task_id, seq),
  constraint task_events_kind_check CHECK ((kind = ANY (ARRAY['created'::text, 'message'::text, 'attempt'::text, 'status'::text, 'artifact'::text]))),
  constraint task_events_seq_check CHECK ((seq > 0))
) partition by RANGE (task_id); -- owner ct_owner, row level security, forced

create table task_messages (
  tenant_id uuid not null,
  task_id uuid not null,
  seq bigint not null,
  message jsonb not null,
  constraint task_messages_pkey PRIMARY KEY (tenant_id, task_id, seq)
); -- owner ct_owner, row level security, forced

create table task_requests (
  tenant_id uuid not null,
  principal text not null,
  agent text not null,
  message_id text not null,
  request_hash bytea not null,
  task_id uuid not null,
  created_at timestamp(3) with time zone default now() not null,
  constraint task_requests_pkey PRIMARY KEY (tenant_id, principal, agent, message_id)
); -- owner ct_owner, row level security, forced

create table tasks (
  tenant_id uuid not null,
  id uuid not null,
  principal text not null,
  context_id text not null,
  agent text not null,
  routing text not null,
  wire_version text not null,
  metadata jsonb,
  state text not null,
  status_message jsonb,
  status_seq bigint not null,
  status_at timestamp(3) with time zone default now() not null,
  last_seq bigint not null,
  generation bigint not null,
  attempt integer default 0 not null,
  lease_token uuid,
  lease_owner uuid,
  lease_until timestamp(3) with time zone,
  lost_leases integer default 0 not null,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  constraint tasks_pkey PRIMARY KEY (tenant_id, id),
  constraint tasks_state_check CHECK ((state = ANY (ARRAY['submitted'::text, 'working'::text, 'input-required'::text, 'auth-required'::text, 'completed'::text, 'failed'::text, 'canceled'::text, 'rejected'::text]))),
  constraint tasks_wire_version_check CHECK ((wire_version = ANY (ARRAY['0.3'::text, '1.0'::text])))
); -- owner ct_owner, row level security, forced

create table tenants (
  id uuid not null,
  name text not null,
  created_at timestamp(3) with time zone default now() not null,
  constraint tenants_name_key UNIQUE (name),
  constraint tenants_pkey PRIMARY KEY (id),
  constraint tenants_name_check CHECK (((name ~ '^[a-z][a-z0-9-]{0,62}$'::text) AND (name <> 'v1'::text)))
); -- owner ct_owner, row level security, forced

-- partitions

task_events_<month> of task_events; -- owner ct_owner, row level security, forced
task_events_default of task_events DEFAULT; -- owner ct_owner, row level security, forced

-- indexes

CREATE INDEX task_requests_age ON public.task_requests USING brin (created_at);
CREATE INDEX tasks_context ON public.tasks USING btree (tenant_id, principal, context_id, id);
CREATE INDEX tasks_listing ON public.tasks USING btree (tenant_id, principal, status_at DESC, id DESC);
CREATE INDEX tasks_unfinished ON public.tasks USING btree (lease_until) WHERE (state = ANY (ARRAY['submitted'::text, 'working'::text]));

-- views

create view rls_status with (security_invoker=true) as
 SELECT relname AS table_name,
    relrowsecurity AS rls_enabled,
    relforcerowsecurity AS rls_forced,
    ( SELECT count(*)::integer AS count
           FROM pg_policy p
          WHERE p.polrelid = c.oid) AS policies
   FROM pg_class c
  WHERE relnamespace = 'public'::regnamespace::oid AND (relkind = ANY (ARRAY['r'::"char", 'p'::"char"]))
  ORDER BY relname; -- owner ct_owner

-- functions and procedures

CREATE OR REPLACE FUNCTION public.check_task_transition()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;
-- owner ct_owner; execute: the owner only

CREATE OR REPLACE FUNCTION public.ensure_task_event_partitions(months_ahead integer)
 RETURNS SETOF text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET "TimeZone" TO 'UTC'
AS $function$
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
$function$;
-- owner ct_owner, security definer; execute: ct_system=EXECUTE

CREATE OR REPLACE FUNCTION public.get_current_tenant_id()
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  context text := current_setting('codetether.tenant_context', true);
  field text[];
  key public.context_keys;
begin
  if context is null or context = '' then
    return null;
  end if;
  field := string_to_array(context, '|');
  select * into key from public.context_keys where kid = field[1];
  if cardinality(field) <> 5 or key.kid is null or field[5] <> encode(
    sha256(key.outer_pad || sha256(key.inner_pad || convert_to(array_to_string(field[1:4], '|'), 'UTF8'))), 'hex')
  then
    raise exception 'tenant context does not verify' using errcode = 'invalid_authorization_specification';
  end if;
  if to_timestamp(field[3]::bigint) < now() then
    raise exception 'tenant context has expired' using errcode = 'invalid_authorization_specification';
  end if;
  return field[2]::uuid;
end
$function$;
-- owner ct_owner, security definer; execute: ct_app=EXECUTE, ct_system=EXECUTE

CREATE OR REPLACE PROCEDURE public.protect_tenant_table(IN target regclass)
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $procedure$
begin
  execute format('alter table %s enable row level security, force row level security', target);
  execute format('create policy tenant_isolation on %s to ct_app
    using (tenant_id = (select public.get_current_tenant_id()))
    with check (tenant_id = (select public.get_current_tenant_id()))', target);
  execute format('create policy system_access on %s to ct_system using (true) with check (true)', target);
end
$procedure$;
-- owner ct_owner; execute: the owner only

CREATE OR REPLACE FUNCTION public.uuid_floor(moment timestamp with time zone)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN ((lpad(to_hex(((EXTRACT(epoch FROM moment) * (1000)::numeric))::bigint), 12, '0'::text) || repeat('0'::text, 20)))::uuid;
-- owner ct_owner; execute: the owner only

-- triggers

CREATE TRIGGER check_task_transition BEFORE UPDATE OF state ON public.tasks FOR EACH ROW EXECUTE FUNCTION check_task_transition();

-- policies

create policy system_access on blobs as permissive for all to ct_system using (true) with check (true);
create policy system_access on memories as permissive for all to ct_system using (true) with check (true);
create policy system_access on task_artifacts as permissive for all to ct_system using (true) with check (true);
create policy system_access on task_events as permissive for all to ct_system using (true) with check (true);
create policy system_access on task_events_<month> as permissive for all to ct_system using (true) with check (true);
create policy system_access on task_events_default as permissive for all to ct_system using (true) with check (true);
create policy system_access on task_messages as permissive for all to ct_system using (true) with check (true);
create policy system_access on task_requests as permissive for all to ct_system using (true) with check (true);
create policy system_access on tasks as permissive for all to ct_system using (true) with check (true);
create policy system_access on tenants as permissive for all to ct_system using (true) with check (true);
create policy tenant_isolation on blobs as permissive for all to ct_app using ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id))) with check ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id)));
create policy tenant_isolation on memories as permissive for all to ct_app using ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id))) with check ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id)));
create policy tenant_isolation on task_artifacts as permissive for all to ct_app using ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id))) with check ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id)));
create policy tenant_isolation on task_events as permissive for all to ct_app using ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id))) with check ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id)));
create policy tenant_isolation on task_events_<month> as permissive for all to ct_app using ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id))) with check ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id)));
create policy tenant_isolation on task_events_default as permissive for all to ct_app using ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id))) with check ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id)));
create policy tenant_isolation on task_messages as permissive for all to ct_app using ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id))) with check ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id)));
create policy tenant_isolation on task_requests as permissive for all to ct_app using ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id))) with check ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id)));
create policy tenant_isolation on tasks as permissive for all to ct_app using ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id))) with check ((tenant_id = ( SELECT get_current_tenant_id() AS get_current_tenant_id)));
create policy tenant_isolation on tenants as permissive for all to ct_app using ((id = ( SELECT get_current_tenant_id() AS get_current_tenant_id)));

-- grants

blobs: ct_app=INSERT SELECT
memories: ct_app=DELETE INSERT SELECT UPDATE
rls_status: ct_app=SELECT, ct_system=SELECT
schema public: PUBLIC=USAGE
schema_window: ct_app=SELECT, ct_system=SELECT
task_artifacts: ct_app=DELETE INSERT SELECT
task_events: ct_app=INSERT SELECT, ct_system=INSERT SELECT
task_messages: ct_app=INSERT SELECT
task_requests: ct_app=INSERT SELECT UPDATE, ct_system=DELETE SELECT
tasks: ct_app=INSERT SELECT UPDATE, ct_system=SELECT UPDATE
tenants: ct_app=SELECT, ct_system=INSERT SELECT
