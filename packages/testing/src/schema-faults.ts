import type { withConnection } from '@codetether/server/db/connect'

/**
 * The promises of `design/tenancy.md`, read from the catalogues of a migrated database: whatever a migration adds is
 * found here, and what it forgot is named.
 */

/** Policies as the catalogue spells them when no schema is in the search path. */
export const ownTenant = (column: string) =>
  `(${column} = ( SELECT public.get_current_tenant_id() AS get_current_tenant_id))`
export const systemAccess = 'system_access PERMISSIVE ALL to ct_system using true check true'
export const isolation = `tenant_isolation PERMISSIVE ALL to ct_app using ${ownTenant('tenant_id')} check ${ownTenant('tenant_id')}`
const tenantPolicies = [systemAccess, isolation]

type Client = Parameters<Parameters<typeof withConnection>[1]>[0]

interface Exception {
  reason: string
  policies: string[]
  grants: string[]
}

/** Tables whose rows belong to no tenant. */
export const notOfTenants: Readonly<Record<string, Exception>> = {
  tenants: {
    reason: 'a row is a tenant: its key is the id itself, and requests only read their own',
    policies: [systemAccess, `tenant_isolation PERMISSIVE ALL to ct_app using ${ownTenant('id')} check -`],
    grants: ['ct_app=SELECT', 'ct_system=DELETE', 'ct_system=INSERT', 'ct_system=SELECT'],
  },
  context_keys: {
    reason: 'verifies contexts, so none can protect it: only the owner reads it',
    policies: [],
    grants: [],
  },
  instances: {
    reason: 'processes, which serve all tenants',
    policies: [],
    grants: ['ct_system=DELETE', 'ct_system=INSERT', 'ct_system=SELECT', 'ct_system=UPDATE'],
  },
  sweeps: {
    reason: 'what each process has swept up, of all tenants together',
    policies: [],
    grants: ['ct_system=DELETE', 'ct_system=INSERT', 'ct_system=SELECT', 'ct_system=UPDATE'],
  },
  schema_migrations: { reason: 'bookkeeping of `migrate`, which alone reads it', policies: [], grants: [] },
  schema_window: {
    reason: 'which programs fit the schema: read at the start, before there is a tenant',
    policies: [],
    grants: ['ct_app=SELECT', 'ct_system=SELECT'],
  },
}

/** Who beside the owner may execute a function, and why. What is not listed may be executed by nobody else. */
export const executable: Readonly<Record<string, { by: string[]; reason: string }>> = {
  'get_current_tenant_id()': { by: ['ct_app', 'ct_system'], reason: 'policies call it as the role of the query' },
  'ensure_task_event_partitions(integer)': { by: ['ct_system'], reason: 'the sweeper makes partitions ahead' },
  'lock_task_event_partition(text)': { by: ['ct_system'], reason: 'retention looks into a month of the log' },
  'drop_task_event_partition(text)': { by: ['ct_system'], reason: 'retention drops a month of the log' },
  'uuid_floor(timestamp with time zone)': { by: ['ct_system'], reason: 'retention looks for the ids of old tasks' },
}

/** PUBLIC may execute these. None: whatever needs a reason to be here is better granted by name. */
export const executableByPublic: Readonly<Record<string, string>> = {}

const ours = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`
const roleOf = (oid: string) => `case ${oid} when 0 then 'PUBLIC' else pg_get_userbyid(${oid}) end`
const list = (query: string) => `array(select x.entry::text from (${query}) as x (entry) order by 1)`

interface Relation {
  name: string
  kind: string
  partition: boolean
  owner: string
  rls: boolean
  forced: boolean
  invoker: boolean
  key: string | null
  uniques: string[]
  references: string[]
  policies: string[]
  grants: string[]
}

const relations = `
  select regexp_replace(c.oid::regclass::text, '^public[.]', '') as name, c.relkind as kind, c.relispartition as partition,
    pg_get_userbyid(c.relowner) as owner, c.relrowsecurity as rls, c.relforcerowsecurity as forced,
    coalesce('security_invoker=true' = any (c.reloptions), false) as invoker,
    (select format('%s %s%s', a.attname, format_type(a.atttypid, -1), case when a.attnotnull then ' not null' end)
     from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
     where i.indrelid = c.oid and i.indisprimary) as key,
    ${list(`select i.indexrelid::regclass from pg_index i
      where i.indrelid = c.oid and (i.indisunique or i.indisexclusion) and not i.indisprimary
        and not exists (select from pg_attribute a
          where a.attrelid = c.oid and a.attnum = i.indkey[0] and a.attname = 'tenant_id')`)} as uniques,
    ${list(`select k.conname from pg_constraint k where k.conrelid = c.oid and k.contype = 'f'
      and not exists (select from unnest(k.conkey, k.confkey) as pair (near, far)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = near and a.attname = 'tenant_id'
        join pg_attribute b on b.attrelid = k.confrelid and b.attnum = far and b.attname = a.attname)`)} as references,
    ${list(`select format('%s %s %s to %s using %s check %s', p.polname,
        case when p.polpermissive then 'PERMISSIVE' else 'RESTRICTIVE' end,
        case p.polcmd when '*' then 'ALL' else p.polcmd::text end,
        (select string_agg(${roleOf('r')}, ', ') from unnest(p.polroles) as r),
        coalesce(pg_get_expr(p.polqual, c.oid), '-'), coalesce(pg_get_expr(p.polwithcheck, c.oid), '-'))
      from pg_policy p where p.polrelid = c.oid`)} as policies,
    ${list(`select ${roleOf('g.grantee')} || '=' || g.privilege_type from (
        select * from aclexplode(c.relacl)
        union select g.* from pg_attribute a, aclexplode(a.attacl) as g where a.attrelid = c.oid) as g
      where g.grantee <> c.relowner`)} as grants
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where ${ours} and c.relkind in ('r', 'p', 'f', 'v', 'm', 'S') order by 1`

const kinds: Readonly<Record<string, string>> = {
  r: 'table',
  p: 'table',
  f: 'foreign table',
  v: 'view',
  m: 'view',
  S: 'sequence',
}

const differences = (has: readonly string[], wanted: readonly string[], what: string): string[] => [
  ...wanted.filter(entry => !has.includes(entry)).map(entry => `lacks the ${what} ${entry}`),
  ...has.filter(entry => !wanted.includes(entry)).map(entry => `has the ${what} ${entry}`),
]

function tableFaults({ name, rls, forced, key, uniques, references, policies }: Relation): string[] {
  const exception = notOfTenants[name]
  const needsRls = exception === undefined || exception.policies.length > 0
  return [
    ...(exception || key === 'tenant_id uuid not null' ? [] : ['tenant_id is not the first column of the primary key']),
    ...(exception ? [] : uniques.map(index => `${index} is unique across tenants`)),
    ...(exception ? [] : references.map(constraint => `${constraint} may reach rows of other tenants`)),
    ...(needsRls && !rls ? ['row level security is not enabled'] : []),
    ...(needsRls && !forced ? ['row level security is not forced'] : []),
    ...differences(policies, exception?.policies ?? tenantPolicies, 'policy'),
  ]
}

function grantFaults({ name, partition, grants }: Relation): string[] {
  const exception = notOfTenants[name]
  if (exception) return differences(grants, exception.grants, 'grant')
  if (partition) return grants.map(grant => `is a partition and has the grant ${grant}`)
  return grants
    .filter(grant => !/^ct_(app|system)=(SELECT|INSERT|UPDATE|DELETE)$/.test(grant))
    .map(grant => `has the grant ${grant}`)
}

function relationFaults(relation: Relation): string[] {
  const { name, kind, owner, invoker } = relation
  const faults = [
    ...(owner === 'ct_owner' ? [] : [`belongs to ${owner}`]),
    ...(kind === 'r' || kind === 'p' ? tableFaults(relation) : []),
    ...(kind === 'v' && !invoker ? ['is not security_invoker'] : []),
    ...(kind === 'm' || kind === 'f' ? ['holds rows that no policy protects'] : []),
    ...grantFaults(relation),
  ]
  return faults.map(fault => `${kinds[kind]} ${name}: ${fault}`)
}

interface Routine {
  name: string
  owner: string
  login: boolean
  definer: boolean
  path: string | null
  by: string[]
}

const routines = `
  select regexp_replace(p.oid::regprocedure::text, '^public[.]', '') as name,
    pg_get_userbyid(p.proowner) as owner, p.prosecdef as definer,
    (select rolsuper or rolcanlogin and rolname <> 'ct_system' from pg_roles where oid = p.proowner) as login,
    (select option from unnest(p.proconfig) as option where option like 'search_path=%') as path,
    ${list(`select ${roleOf('grantee')} from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner)))
      where grantee <> p.proowner`)} as by
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${ours} order by 1`

function routineFaults({ name, owner, login, definer, path, by }: Routine): string[] {
  const byName = by.filter(role => role !== 'PUBLIC')
  return [
    ...(by.includes('PUBLIC') && executableByPublic[name] === undefined ? ['PUBLIC may execute it'] : []),
    ...differences(byName, executable[name]?.by ?? [], 'right to execute of'),
    ...(definer && path !== 'search_path=pg_catalog, pg_temp' ? ['is SECURITY DEFINER and pins no search_path'] : []),
    ...(definer && login ? [`is SECURITY DEFINER and runs as ${owner}`] : []),
  ].map(fault => `function ${name}: ${fault}`)
}

/** What the roles that log in are or have beyond what is granted on tables and functions: a line each, none wanted. */
const roleFaults = `
  with login as (select * from pg_roles where rolname in ('ct_app', 'ct_system'))
  select format('role %s: %s', rolname, fault) as fault from (
    select rolname, 'is a superuser' from login where rolsuper
    union all select rolname, 'bypasses row level security' from login where rolbypassrls
    union all select rolname, 'creates roles or databases' from login where rolcreaterole or rolcreatedb
    union all select rolname, 'is a member of ' || m.roleid::regrole from login join pg_auth_members m on m.member = login.oid
    union all select rolname, 'owns ' || pg_describe_object(d.classid, d.objid, d.objsubid) from login
      join pg_shdepend d on d.refobjid = login.oid and d.refclassid = 'pg_authid'::regclass and d.deptype = 'o'
    union all select rolname, 'may create in schema ' || n.nspname from login, pg_namespace n
      where has_schema_privilege(login.oid, n.oid, 'create')
    union all select rolname, 'may create in the database' from login
      where has_database_privilege(login.oid, current_database(), 'create')
        or has_database_privilege(login.oid, current_database(), 'temporary')
    union all select rolname, 'is given rights on all that ' || pg_get_userbyid(d.defaclrole) || ' makes' from login
      join pg_default_acl d on exists (select from aclexplode(d.defaclacl) where grantee in (0, login.oid))
  ) as x (rolname, fault) order by 1`

/** Everything that is wrong with the protection of tenants' rows, a line for each. */
export async function findFaults(client: Client): Promise<string[]> {
  const rows = async <Row extends object>(sql: string) => (await client.query<Row>(sql)).rows
  // Without a search path all names come out qualified: a function of the same name elsewhere does not pass.
  await client.query('set search_path = pg_catalog')
  const found = await rows<Relation>(relations)
  const functions = await rows<Routine>(routines)
  const roles = await rows<{ fault: string }>(roleFaults)
  await client.query('reset search_path')
  const gone = Object.keys(notOfTenants).filter(name => !found.some(relation => relation.name === name))
  return [
    ...gone.map(name => `table ${name}: is in the list of exceptions and does not exist`),
    ...found.flatMap(relationFaults),
    ...functions.flatMap(routineFaults),
    ...roles.map(row => row.fault),
  ]
}
