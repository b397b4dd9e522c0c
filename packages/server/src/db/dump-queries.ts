/** One part of the dump: every row is a `line` (of one line or several), in the order in which it shall stand. */
export interface DumpQuery {
  readonly title: string
  readonly sql: string
}

/** Partitions of a month (task_events_y2026m11) differ in nothing but their dates. */
const month = `'_y[0-9]{4}m[0-9]{2}$'`
const isMonth = `(c.relispartition and c.relname ~ ${month})`
const inPublic = `= 'public'::regnamespace`

/** Privileges beyond the owner's own, sorted: `ct_app=arw`. */
const privileges = (acl: string, kind: string, owner: string) => `
  (select string_agg(format('%s=%s', coalesce(r.rolname, 'PUBLIC'), p.letters), ', ' order by r.rolname nulls first)
   from (select grantee, string_agg(privilege_type, ' ' order by privilege_type) as letters
         from aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) where grantee <> ${owner} group by grantee) p
   left join pg_roles r on r.oid = p.grantee)`

const columns = `
  select string_agg(format(E'  %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
      case when a.attcollation <> t.typcollation then ' collate ' || a.attcollation::regcollation end,
      case when a.attgenerated <> '' then ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') '
        || case a.attgenerated when 's' then 'stored' else 'virtual' end
        when a.attidentity <> '' then ' generated ' || case a.attidentity when 'a' then 'always' else 'by default' end
        || ' as identity'
        when d.oid is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) end,
      case when a.attnotnull then ' not null' end), E',\\n' order by a.attnum)
  from pg_attribute a join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`

/** Constraints of one table. Those for NOT NULL, which PostgreSQL 18 lists too, stand at their columns. */
const constraints = `
  select string_agg(format(E',\\n  constraint %I %s', k.conname, pg_get_constraintdef(k.oid)), '' order by k.contype desc, k.conname)
  from pg_constraint k where k.conrelid = c.oid and k.contype <> 'n' and k.contype <> 't'`

const tables: DumpQuery = {
  title: 'tables',
  sql: `select format(E'create table %I (\\n%s%s\\n)%s; -- owner %s%s%s\\n', c.relname, (${columns}), (${constraints}),
      case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) end
        || coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', ''),
      pg_get_userbyid(c.relowner),
      case when c.relrowsecurity then ', row level security' end,
      case when c.relforcerowsecurity then ', forced' end) as line
    from pg_class c where c.relnamespace ${inPublic} and c.relkind in ('r', 'p') and not c.relispartition order by c.relname`,
}

const partitions: DumpQuery = {
  title: 'partitions',
  sql: `select distinct format('%s of %s%s; -- owner %s%s%s',
      case when ${isMonth} then regexp_replace(c.relname, ${month}, '_<month>') else c.relname end, i.inhparent::regclass,
      case when not ${isMonth} then ' ' || pg_get_expr(c.relpartbound, c.oid) end, pg_get_userbyid(c.relowner),
      case when c.relrowsecurity then ', row level security' end,
      case when c.relforcerowsecurity then ', forced' end) as line
    from pg_class c join pg_inherits i on i.inhrelid = c.oid
    where c.relnamespace ${inPublic} and c.relkind in ('r', 'p') and c.relispartition order by line`,
}

const indexes: DumpQuery = {
  title: 'indexes',
  sql: `select pg_get_indexdef(x.indexrelid) || ';' as line
    from pg_index x join pg_class c on c.oid = x.indrelid
    where c.relnamespace ${inPublic} and not c.relispartition
      and not exists (select from pg_constraint k where k.conindid = x.indexrelid)
    order by c.relname, x.indexrelid::regclass::text`,
}

const views: DumpQuery = {
  title: 'views',
  sql: `select format(E'create %sview %I%s as\\n%s -- owner %s\\n', case when c.relkind = 'm' then 'materialized ' end,
      c.relname, ' with (' || array_to_string(c.reloptions, ', ') || ')', pg_get_viewdef(c.oid, true),
      pg_get_userbyid(c.relowner)) as line
    from pg_class c where c.relnamespace ${inPublic} and c.relkind in ('v', 'm') order by c.relname`,
}

const sequences: DumpQuery = {
  title: 'sequences',
  sql: `select format('create sequence %I; -- owner %s', c.relname, pg_get_userbyid(c.relowner)) as line
    from pg_class c where c.relnamespace ${inPublic} and c.relkind = 'S' order by c.relname`,
}

const types: DumpQuery = {
  title: 'types',
  sql: `select format('create type %I as %s; -- owner %s', t.typname,
      case t.typtype when 'd' then 'domain of ' || format_type(t.typbasetype, t.typtypmod) || coalesce((
        select ' ' || string_agg(pg_get_constraintdef(k.oid), ' ' order by k.conname) from pg_constraint k where k.contypid = t.oid), '')
      else 'enum (' || (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
        from pg_enum e where e.enumtypid = t.oid) || ')' end, pg_get_userbyid(t.typowner)) as line
    from pg_type t where t.typnamespace ${inPublic} and t.typtype in ('d', 'e') order by t.typname`,
}

const functions: DumpQuery = {
  title: 'functions and procedures',
  sql: `select format(E'%s;\\n-- owner %s%s; execute: %s\\n', rtrim(pg_get_functiondef(p.oid), E' \\n'), pg_get_userbyid(p.proowner),
      case when p.prosecdef then ', security definer' end,
      coalesce(${privileges('p.proacl', 'f', 'p.proowner')}, 'the owner only')) as line
    from pg_proc p where p.pronamespace ${inPublic} and p.prokind in ('f', 'p', 'w')
    order by p.proname, pg_get_function_identity_arguments(p.oid)`,
}

const triggers: DumpQuery = {
  title: 'triggers',
  sql: `select pg_get_triggerdef(t.oid) || ';' || case t.tgenabled when 'O' then '' else ' -- enabled: ' || t.tgenabled::text end as line
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace ${inPublic} and not t.tgisinternal and not c.relispartition order by c.relname, t.tgname`,
}

const policies: DumpQuery = {
  title: 'policies',
  sql: `select distinct format('create policy %I on %s as %s for %s to %s%s%s;', p.policyname,
      case when ${isMonth} then regexp_replace(c.relname, ${month}, '_<month>') else c.relname end, lower(p.permissive), lower(p.cmd),
      array_to_string(p.roles, ', '), ' using (' || regexp_replace(p.qual, '\\s+', ' ', 'g') || ')',
      ' with check (' || regexp_replace(p.with_check, '\\s+', ' ', 'g') || ')') as line
    from pg_policies p join pg_class c on c.relname = p.tablename and c.relnamespace ${inPublic}
    where p.schemaname = 'public' order by line`,
}

const grants: DumpQuery = {
  title: 'grants',
  sql: `select line from (
      select distinct format('%s: %s', case when ${isMonth} then regexp_replace(c.relname, ${month}, '_<month>') else c.relname end,
        ${privileges('c.relacl', 'r', 'c.relowner')}) as line
      from pg_class c where c.relnamespace ${inPublic} and c.relkind in ('r', 'p', 'v', 'm', 'S') and c.relacl is not null
      union all
      select format('%s(%s): %s', c.relname, a.attname, ${privileges('a.attacl', 'c', 'c.relowner')})
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace ${inPublic} and a.attacl is not null and not c.relispartition
      union all
      select format('schema public: %s', ${privileges('nspacl', 'n', 'nspowner')}) from pg_namespace where nspname = 'public'
    ) as all_grants where line not like '%: ' order by line`,
}

const comments: DumpQuery = {
  title: 'comments',
  sql: `select format('%s %s: %s', o.type, o.identity, d.description) as line
    from pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) o
    where o.schema = 'public' order by line`,
}

export const dumpQueries: readonly DumpQuery[] = [
  types,
  sequences,
  tables,
  partitions,
  indexes,
  views,
  functions,
  triggers,
  policies,
  grants,
  comments,
]
