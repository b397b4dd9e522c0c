import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  executable,
  executableByPublic,
  findFaults,
  isolation,
  notOfTenants,
  ownTenant,
  systemAccess,
} from '@codetether/testing/schema-faults'
import { testDatabase } from '@codetether/testing/test-database'
import type { Client } from 'pg'
import { withConnection } from './connect.ts'

/** Runs `sql` as the owner of the schema, asks the checker, and takes it back. */
async function faultsAfter(client: Client, sql: string): Promise<string[]> {
  await client.query('begin; set local role ct_owner')
  try {
    await client.query(sql)
    await client.query('reset role')
    return await findFaults(client)
  } finally {
    await client.query('rollback')
  }
}

const unprotected = (name: string) => [
  `table ${name}: row level security is not enabled`,
  `table ${name}: row level security is not forced`,
  `table ${name}: lacks the policy ${systemAccess}`,
  `table ${name}: lacks the policy ${isolation}`,
]
const protectedTable = (name: string, more = '') =>
  `create table ${name} (tenant_id uuid, id uuid, primary key (tenant_id, id)); call protect_tenant_table('${name}'); ${more}`
const farPartition = `create table task_events_far partition of task_events
  for values from ('fffffff0-0000-7000-8000-000000000000') to ('fffffff1-0000-7000-8000-000000000000');`

/** What goes wrong → the SQL that does it and all that the checker says then. */
const mistakes: Readonly<Record<string, { sql: string; faults: string[] }>> = {
  'a table without any protection': {
    sql: 'create table notes (id uuid primary key, tenant_id uuid)',
    faults: ['table notes: tenant_id is not the first column of the primary key', ...unprotected('notes')],
  },
  'a table whose key begins with something else': {
    sql: `create table notes (tenant_id uuid, id uuid, primary key (id, tenant_id)); call protect_tenant_table('notes')`,
    faults: ['table notes: tenant_id is not the first column of the primary key'],
  },
  'a table without a key': {
    sql: `create table notes (tenant_id uuid not null); call protect_tenant_table('notes')`,
    faults: ['table notes: tenant_id is not the first column of the primary key'],
  },
  'security that is not forced': {
    sql: protectedTable('notes', 'alter table notes no force row level security'),
    faults: ['table notes: row level security is not forced'],
  },
  'security that was disabled': {
    sql: 'alter table memories disable row level security',
    faults: ['table memories: row level security is not enabled'],
  },
  'a partition without any protection': { sql: farPartition, faults: unprotected('task_events_far') },
  'a partition that can be read directly': {
    sql: `${farPartition} call protect_tenant_table('task_events_far'); grant select on task_events_far to ct_app`,
    faults: ['table task_events_far: is a partition and has the grant ct_app=SELECT'],
  },
  'a policy that lets everything through': {
    sql: `alter policy tenant_isolation on blobs using (true)`,
    faults: [
      `table blobs: lacks the policy ${isolation}`,
      `table blobs: has the policy ${isolation.replace(ownTenant('tenant_id'), 'true')}`,
    ],
  },
  'one policy too many': {
    sql: 'create policy backdoor on tasks for select using (true)',
    faults: ['table tasks: has the policy backdoor PERMISSIVE r to PUBLIC using true check -'],
  },
  'one policy too few': {
    sql: 'drop policy system_access on tasks',
    faults: [`table tasks: lacks the policy ${systemAccess}`],
  },
  'a policy with another function of the same name': {
    sql: `create schema other; create function other.get_current_tenant_id() returns uuid return null::uuid;
      revoke all on function other.get_current_tenant_id() from public;
      alter policy tenant_isolation on blobs using (tenant_id = (select other.get_current_tenant_id()))`,
    faults: [
      `table blobs: lacks the policy ${isolation}`,
      `table blobs: has the policy ${isolation.replace('public.', 'other.')}`,
    ],
  },
  'unique names and foreign keys across tenants': {
    sql: protectedTable('notes', 'alter table notes add unique (id), add foreign key (id) references notes (id)'),
    faults: [
      'table notes: public.notes_id_key is unique across tenants',
      'table notes: notes_id_fkey may reach rows of other tenants',
    ],
  },
  'a view with the rights of its owner': {
    sql: 'create view everything as select * from tasks',
    faults: ['view everything: is not security_invoker'],
  },
  'a materialized view': {
    sql: 'create materialized view everything as select * from tasks',
    faults: ['view everything: holds rows that no policy protects'],
  },
  'a function for everybody': {
    sql: 'create function peek() returns bigint return 1',
    faults: ['function peek(): PUBLIC may execute it'],
  },
  'a function for requests that is not on the list': {
    sql: `create function peek(text) returns bigint return 1; revoke all on function peek from public;
      grant execute on function peek to ct_app`,
    faults: ['function peek(text): has the right to execute of ct_app'],
  },
  'a definer that trusts the search path': {
    sql: `create function peek() returns bigint security definer return 1; revoke all on function peek from public`,
    faults: ['function peek(): is SECURITY DEFINER and pins no search_path'],
  },
  'a grant of what ignores policies': {
    sql: 'grant truncate, references, trigger on tasks to ct_app; grant select on blobs to public',
    faults: [
      'table blobs: has the grant PUBLIC=SELECT',
      ...['REFERENCES', 'TRIGGER', 'TRUNCATE'].map(right => `table tasks: has the grant ct_app=${right}`),
    ],
  },
  'a grant on a column of the keys': {
    sql: 'grant select (inner_pad) on context_keys to ct_app; grant select on schema_migrations to ct_system',
    faults: [
      'table context_keys: has the grant ct_app=SELECT',
      'table schema_migrations: has the grant ct_system=SELECT',
    ],
  },
  'an exception that is gone': {
    sql: 'drop table schema_window',
    faults: ['table schema_window: is in the list of exceptions and does not exist'],
  },
  'roles with more power': {
    sql: `reset role; alter role ct_app bypassrls createdb; grant ct_system to ct_app;
      grant temporary on database :database to ct_app; grant create on schema public to ct_system;
      alter table memories owner to ct_app; alter default privileges for role ct_owner grant select on tables to ct_app`,
    faults: [
      'table memories: belongs to ct_app',
      'role ct_app: bypasses row level security',
      'role ct_app: creates roles or databases',
      'role ct_app: is a member of ct_system',
      'role ct_app: is given rights on all that ct_owner makes',
      'role ct_app: may create in the database',
      'role ct_app: owns table public.memories',
      'role ct_system: may create in schema public',
    ],
  },
}

test('tables, views, functions and roles are protected as designed', async t => {
  await using database = await testDatabase()
  await withConnection(database.admin, async client => {
    await t.test('nothing lacks its protection', async () => {
      assert.deepEqual(await findFaults(client), [])
    })
    await t.test('every exception has its reason', () => {
      for (const { reason } of [...Object.values(notOfTenants), ...Object.values(executable)])
        assert.ok(reason.length > 20)
      for (const reason of Object.values(executableByPublic)) assert.ok(reason.length > 20)
    })
    for (const [name, { sql, faults }] of Object.entries(mistakes))
      await t.test(`the checker names ${name}`, async () => {
        assert.deepEqual(await faultsAfter(client, sql.replace(':database', database.admin.database)), faults)
      })
  })
})

test('the view for operators says the same', async () => {
  await using database = await testDatabase()
  const open = await withConnection(database.app, async client => {
    const { rows } = await client.query<{ name: string }>(
      `select table_name as name from rls_status where not (rls_enabled and rls_forced and policies = 2)`,
    )
    return rows.map(row => row.name)
  })
  const exceptions = Object.entries(notOfTenants).flatMap(([name, { policies }]) => (policies.length > 0 ? [] : [name]))
  assert.deepEqual(open.sort(), exceptions.sort())
})
