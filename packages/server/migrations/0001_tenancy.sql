-- Tenants, and the signed context through which requests reach their rows.

-- Keys that verify tenant contexts. Only ct_owner reads them: an injected query on ct_app cannot forge a signature.
create table context_keys (
  kid text primary key,
  -- The HMAC-SHA-256 key xor-ed with the inner and outer pad of RFC 2104, 64 bytes each.
  inner_pad bytea not null check (octet_length(inner_pad) = 64),
  outer_pad bytea not null check (octet_length(outer_pad) = 64),
  created_at timestamptz(3) not null default now()
);

-- The tenant of the current transaction, or null without a context: then no policy lets a row through.
-- The context is `kid|tenant|expiry|nonce|hmac`, signed by the application, never by the database: a function that
-- signs would be an oracle for an injected query. A context that does not verify raises, it does not look like "no rows".
create function get_current_tenant_id() returns uuid
  language plpgsql stable parallel safe security definer
  set search_path = pg_catalog, pg_temp
as $$
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
$$;

revoke all on function get_current_tenant_id() from public;
grant execute on function get_current_tenant_id() to ct_app, ct_system;

create table tenants (
  id uuid primary key,
  -- `v1` would make the REST path /v1/… ambiguous.
  name text not null unique check (name ~ '^[a-z][a-z0-9-]{0,62}$' and name <> 'v1'),
  created_at timestamptz(3) not null default now()
);

alter table tenants enable row level security, force row level security;
create policy tenant_isolation on tenants to ct_app using (id = (select get_current_tenant_id()));
create policy system_access on tenants to ct_system using (true) with check (true);
grant select on tenants to ct_app;
grant select, insert on tenants to ct_system;

-- Row-level security as it stands, one row per table: for operators and for the catalogue test.
create view rls_status with (security_invoker = true) as
  select c.relname as table_name,
         c.relrowsecurity as rls_enabled,
         c.relforcerowsecurity as rls_forced,
         (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  order by c.relname;

grant select on rls_status to ct_app, ct_system;

-- The tenant of everybody until there are others. A migration runs as the owner, whom forced security binds too.
alter table tenants no force row level security;
insert into tenants (id, name) values ('00000000-0000-7000-8000-000000000001', 'default');
alter table tenants force row level security;
