import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withConnection } from '@codetether/server/db/connect'
import { createTenantSigner } from '@codetether/server/db/tenant-context'
import type { TestDatabase } from '@codetether/testing/test-database'
import { addTenant, fillTenant, openTestStore } from './tenants.ts'

/** A mark that stands in every row of the other tenant, and nowhere else. */
const loot = 'belongs-to-beta'
const mine = 'belongs-to-alpha'

interface Target {
  database: TestDatabase
  a: string
  b: string
  /** The context of tenant A: what an injected statement can read of itself. */
  context: string
}

interface Outcome {
  rows: string
  /** What the attacker learns from a refusal: SQLSTATE and all texts. */
  error: { code: string; text: string } | null
}

/**
 * What a careless query would be: input in the text, no parameters, so that several statements pass. On a connection of
 * its own, as tenant A.
 */
const inject = ({ database, context }: Target, input: string): Promise<Outcome> =>
  withConnection(database.app, async client => {
    await client.query(`set statement_timeout = '5s'; begin`)
    await client.query(`select set_config('codetether.tenant_context', $1, true)`, [context])
    try {
      const results = await client.query(`select key, value from memories where key = '${input}'`)
      return { rows: JSON.stringify([results].flat().map(result => result.rows)), error: null }
    } catch (error) {
      assert.ok(error instanceof Error && 'code' in error)
      return { rows: '', error: { code: String(error.code), text: `${error.message} ${JSON.stringify(error)}` } }
    }
  })

/** Statements after the careless one. */
const then = (sql: string) => `'; ${sql}; select * from memories union all select * from memories; --`
/** One statement, as a parameter of a real query would have it. */
const union = (column: string) => `' union all select 'x', (${column})::text --`
const everything = 'select jsonb_agg(t)::text from tasks t'

type Attack = [name: string, input: string, outcome: RegExp]

const contexts = ({ b, context }: Target): Attack[] => {
  const setting = (value: string) => `set_config('codetether.tenant_context', '${value}', true)`
  return [
    ['every row by a condition that is always true', `' or true --`, /^\[/],
    ['every row of another table', union(everything), /^\[/],
    ['the other tenant by name', union(`select jsonb_agg(m)::text from memories m where tenant_id = '${b}'`), /^\[/],
    ['the context set to the plain id', union(`select ${setting(b)}`), /^\[/],
    ['the context set to the plain id, then a read', then(`select ${setting(b)}`), /^28000/],
    ['the same in one statement', `' union all select value, ${setting(b)} from memories --`, /^\[/],
    [
      'the own context with the other tenant in it',
      then(`select ${setting(context.replace(/\|[\w-]{36}\|/, `|${b}|`))}`),
      /^28000/,
    ],
    [
      'the own context read and set for the session',
      then(`select set_config('codetether.tenant_context',
      current_setting('codetether.tenant_context'), false)`),
      /^\[/,
    ],
    ['the own context itself', union(`current_setting('codetether.tenant_context')`), /^\[/],
    ['an empty context', then(`select ${setting('')}`), /^\[/],
    [
      'contexts of others in what runs at the moment',
      union(`select jsonb_agg(s)::text from pg_stat_activity s where query like '%|%|%|%' and pid <> pg_backend_pid()`),
      /^\[/,
    ],
    ['prepared statements and their plans', union('select jsonb_agg(p)::text from pg_prepared_statements p'), /^\[/],
  ]
}

const roles: Attack[] = [
  ['set role to the owner', then('set role ct_owner'), /^42501/],
  ['set role to the background role', then('set local role ct_system'), /^42501/],
  ['set role to the backups', then('set role a2a_admin'), /^42501/],
  ['set role by function', union(`set_config('role', 'ct_system', true)`), /^42501/],
  ['reset role', then('reset role'), /^\[/],
  ['set session authorization', then('set session authorization ct_owner'), /^42501/],
  ['reset session authorization', then('reset session authorization'), /^\[/],
  ['row security off', then('set local row_security = off'), /^42501/],
  ['row security off by function', then(`select set_config('row_security', 'off', true)`), /^42501/],
  ['more rights for oneself', then('alter role ct_app bypassrls'), /^42501/],
  ['membership', then('grant ct_system to ct_app'), /^42501/],
  ['replication role', then('set session_replication_role = replica'), /^42501/],
  ['security disabled', then('alter table tasks disable row level security'), /^42501/],
  ['a policy of one’s own', then('create policy mine on tasks to ct_app using (true)'), /^42501/],
]

const objects: Attack[] = [
  ['the keys', union('select jsonb_agg(k)::text from context_keys k'), /^42501/],
  [
    'a new key',
    then(`insert into context_keys values ('mine', repeat('x', 64)::bytea, repeat('x', 64)::bytea)`),
    /^42501/,
  ],
  ['a function', then('create function mine() returns text language sql return 1'), /^42501/],
  ['a function in the session’s own schema', then('create function pg_temp.mine() returns int return 1'), /^42501/],
  ['a table', then('create table mine as select * from tasks'), /^42501/],
  ['a temporary table', then('create temporary table mine as select * from tasks'), /^42501/],
  ['a view', then('create view mine as select * from tasks'), /^42501/],
  ['a rule', then('create rule mine as on insert to tasks do also select * from tasks'), /^42501/],
  [
    'a trigger',
    then(
      'create trigger mine before insert on tasks for each row execute function suppress_redundant_updates_trigger()',
    ),
    /^42501/,
  ],
  [
    'a definer of the owner replaced',
    then(`create or replace function get_current_tenant_id() returns uuid return null::uuid`),
    /^42501/,
  ],
  ['an extension', then('create extension dblink'), /^42501|^58P01|^0A000/],
  ['an untrusted block', then(`do $$ begin execute 'set role ct_owner'; end $$`), /^42501/],
  ['the owner’s procedure', then(`call protect_tenant_table('tasks')`), /^42501/],
  ['the maker of partitions', then('select ensure_task_event_partitions(1)'), /^42501/],
  ['truncation', then('truncate tasks'), /^42501/],
]

const files: Attack[] = [
  ['a file read', union(`pg_read_file('postgresql.conf')`), /^42501/],
  ['a file read as bytes', union(`pg_read_binary_file('global/pg_control')`), /^42501/],
  ['a directory', union(`select string_agg(f, ',') from pg_ls_dir('base') f`), /^42501/],
  ['a large object from a file', union(`lo_import('/etc/passwd')`), /^42501/],
  ['a program', then(`copy memories to program 'cat'`), /^42501/],
  ['a file written', then(`copy memories to '/tmp/codetether-loot'`), /^42501/],
  ['a program’s output', then(`copy memories from program 'id'`), /^42501/],
]

const detours: Attack[] = [
  ['a partition', union('select jsonb_agg(e)::text from task_events_default e'), /^42501/],
  ['tables as XML', union(`table_to_xml('tasks', true, true, '')`), /^\[/],
  ['a query as XML', union(`query_to_xml('${everything.replaceAll("'", "''")}', true, true, '')`), /^\[/],
  [
    'a query in a text search',
    union(`select jsonb_agg(w)::text from ts_stat('select to_tsvector(value) from memories') w`),
    /^\[/,
  ],
  ['statistics', union(`select jsonb_agg(s)::text from pg_stats s where schemaname = 'public'`), /^\[/],
  ['raw statistics', union('select jsonb_agg(s)::text from pg_statistic s'), /^42501/],
  ['an error that tells a value', union('select max(value::int) from memories'), /^22P02/],
  ['a condition that fails on others’ rows', `' or value::int = 1 --`, /^22P02/],
  ['a condition that would raise on others’ rows only', `' or 1 / (value <> '${loot}')::int = 1 --`, /^\[/],
  ['a cursor that outlives the transaction', then('declare c cursor with hold for select * from tasks'), /^\[/],
  ['parallel workers', then('set local debug_parallel_query = on; select jsonb_agg(t) from tasks t'), /^\[/],
  ['a trap in the search path', then('set search_path = pg_temp, public'), /^\[/],
  ['an update that returns', then(`update memories set value = value where true returning *`), /^\[/],
  [
    'a conflict that updates',
    then(`insert into memories (tenant_id, principal, agent, key, value)
    select tenant_id, principal, agent, key, 'x' from memories
    on conflict (tenant_id, principal, agent, key) do update set value = excluded.value returning *`),
    /^\[/,
  ],
  ['a plan', then('explain (analyze, verbose) select * from tasks'), /^\[/],
]

const markOf = ({ rows, error }: Outcome) => (error ? `${error.code} ${error.text}` : rows)

test('an injection into a query of tenant A', async t => {
  await using opened = await openTestStore()
  const { database, store } = opened
  const [a, b] = [await addTenant(store, 'alpha'), await addTenant(store, 'beta')]
  await fillTenant(store, a, mine)
  await fillTenant(store, b, loot)
  await withConnection(database.admin, client => client.query('analyze'))
  const target: Target = { database, a, b, context: createTenantSigner(database.secret).sign(a) }

  await t.test('the query is injectable: it gives what is A’s own', async () => {
    assert.match((await inject(target, union('select max(value) from memories'))).rows, new RegExp(mine))
    assert.match((await inject(target, then('select 1'))).rows, new RegExp(mine))
  })

  for (const [name, input, outcome] of [...contexts(target), ...roles, ...objects, ...files, ...detours])
    await t.test(`gives no row of B: ${name}`, async () => {
      const got = markOf(await inject(target, input))
      // The attacker's own words come back in errors about them.
      assert.ok(!got.replaceAll(input, '').includes(loot), got)
      assert.match(got, outcome)
    })

  await t.test('B has lost nothing', async () => {
    const rows = await withConnection(
      database.admin,
      async client => (await client.query(`select value from memories where tenant_id = '${b}'`)).rows,
    )
    assert.deepEqual(rows, [{ value: loot }])
  })
})
