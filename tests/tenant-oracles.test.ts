import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withConnection } from '@codetether/server/db/connect'
import { createTenantSigner } from '@codetether/server/db/tenant-context'
import { newId } from '@codetether/server/ids'
import { testDatabase } from '@codetether/testing/test-database'

type Client = Parameters<Parameters<typeof withConnection>[1]>[0]

interface Candidate {
  name: string
  types: string[]
}

/** Functions that wait, end sessions, or change what this test sets. None of them returns anything of its own. */
const left = [
  ...['pg_sleep', 'pg_sleep_for', 'pg_sleep_until', 'pg_terminate_backend', 'pg_cancel_backend', 'pg_advisory_lock'],
  ...['pg_advisory_lock_shared', 'pg_advisory_xact_lock', 'pg_advisory_xact_lock_shared', 'set_config'],
]

/** Everything that ct_app may execute and that returns something a context could be written in. */
const findCandidates = async (client: Client) =>
  (
    await client.query<Candidate>(
      `select p.oid::regproc::text as name, array(select t::regtype::text from unnest(p.proargtypes) t) as types
       from pg_proc p join pg_type r on r.oid = p.prorettype
       where has_function_privilege(current_user, p.oid, 'execute') and p.prokind = 'f' and p.proname <> all ($1)
         and (r.typcategory in ('S', 'U', 'C', 'A', 'P') or r.typname in ('bytea', 'name', 'record'))
         and r.typname not in ('trigger', 'event_trigger', 'internal', 'void')
       order by p.oid`,
      [left],
    )
  ).rows

/** What an attacker can put in for each type: everything known of tenant B, and of the own context. */
function argumentsFor(b: string, context: string): Readonly<Record<string, string[]>> {
  const forB = context.replace(/\|[\w-]{36}\|/, `|${b}|`)
  const texts = [b, forB, context]
  const documents = texts.map(text => JSON.stringify({ text, array: [text] }))
  return {
    uuid: [b],
    text: texts,
    name: [b],
    '"char"': ['|'],
    'character varying': texts,
    bytea: [b, forB],
    json: documents,
    jsonb: documents,
    xml: [b],
    regclass: ['context_keys'],
    oid: ['1'],
    regprocedure: ['get_current_tenant_id()'],
    integer: ['1', '5'],
    smallint: ['1'],
    bigint: ['1'],
    numeric: ['1'],
    boolean: ['true'],
    'timestamp with time zone': ['2030-01-01'],
    interval: ['1 hour'],
    'text[]': [`{${b}}`],
    tsquery: ['a'],
    tsvector: ['a'],
    anyelement: [`${b}`],
    anynonarray: [`${b}`],
    anycompatible: [`${b}`],
    anyarray: [`{${b}}`],
    anycompatiblearray: [`{${b}}`],
    '"any"': [b],
  }
}

/** The types that a call has to spell: a placeholder of a polymorphic one has none. */
const spelled = (type: string) =>
  /^(anyarray|anycompatiblearray)$/.test(type) ? 'text[]' : /^("any"|any\w+)$/.test(type) ? 'text' : type

/** Calls of one function: every argument at its first value, and each of them at its others in turn. */
function* callsOf({ name, types }: Candidate, values: ReturnType<typeof argumentsFor>): Generator<string> {
  const choices = types.map(type => values[type] ?? [])
  if (choices.some(choice => choice.length === 0)) return
  const most = Math.max(1, ...choices.map(choice => choice.length))
  for (let n = 0; n < most; n++) {
    const given = choices.map((choice, i) => `'${choice[n % choice.length]}'::${spelled(types[i] ?? 'text')}`)
    yield `${name}(${given.join(', ')})`
  }
}

/** What a call returns, as texts: the value itself and, of a row or array, all that is in it. */
async function resultsOf(client: Client, call: string): Promise<string[]> {
  const { rows } = await client.query<{ whole: string | null; parts: string[] | null }>(
    `select r::text as whole, regexp_split_to_array(r::text, '[(),{}"\\s]+') as parts from ${call} as r limit 20`,
  )
  const hex = (text: string) => (text.startsWith('\\x') ? [Buffer.from(text.slice(2), 'hex').toString('latin1')] : [])
  const texts = rows.flatMap(({ whole, parts }) => [whole ?? '', ...(parts ?? [])])
  return [...new Set(texts.flatMap(text => [text, ...hex(text)]))].filter(text => text !== '' && !text.includes('\0'))
}

/** The tenant that a text lets in as, or null. A text that is no context raises. */
async function admits(client: Client, text: string): Promise<string | null> {
  await client.query('savepoint try')
  try {
    await client.query(`select set_config('codetether.tenant_context', $1, true)`, [text])
    return (await client.query('select get_current_tenant_id() as tenant')).rows[0]?.tenant ?? null
  } catch {
    return null
  } finally {
    await client.query('rollback to try')
  }
}

/** As tenant A, calls all that ct_app may call. @returns the calls whose answer lets in as B, and how many were made. */
async function findOracles(client: Client, { b, context }: { b: string; context: string }) {
  const values = argumentsFor(b, context)
  const oracles: string[] = []
  const count = { functions: 0, answered: 0, tried: 0 }
  for (const candidate of await findCandidates(client)) {
    const calls = [...callsOf(candidate, values)]
    count.functions += calls.length > 0 ? 1 : 0
    for (const call of calls) {
      await client.query('begin')
      await client.query(`select set_config('codetether.tenant_context', $1, true)`, [context])
      const results = await resultsOf(client, call).catch(async () => [])
      if (results.length > 0) {
        count.answered++
        await client.query('rollback; begin')
        // A context has five fields; what has fewer cannot be one, which tenant-contexts.test.ts proves.
        for (const text of results.filter(result => result.split('|').length === 5)) {
          count.tried++
          if ((await admits(client, text)) === b) oracles.push(call)
        }
      }
      await client.query('rollback')
    }
  }
  return { oracles, count }
}

test('no function that requests may execute mints a context of another tenant', async t => {
  await using database = await testDatabase()
  const [a, b] = [newId(), newId()]
  const context = createTenantSigner(database.secret).sign(a)

  await withConnection(database.app, async client => {
    await client.query(`set statement_timeout = '2s'`)
    await t.test('all of them are called', async () => {
      const { oracles, count } = await findOracles(client, { b, context })
      assert.deepEqual(oracles, [])
      // Functions that give back what they are given prove that contexts are found in answers.
      assert.ok(count.functions > 400 && count.answered > 400 && count.tried > 50, JSON.stringify(count))
    })

    await t.test('those that run as their owner are known', async () => {
      const { rows } = await client.query(
        `select p.oid::regprocedure::text as name from pg_proc p
         where p.prosecdef and has_function_privilege(current_user, p.oid, 'execute')`,
      )
      assert.deepEqual(rows, [{ name: 'get_current_tenant_id()' }])
    })
  })

  await t.test('one that signs would be found', async () => {
    await withConnection(database.admin, client => client.query(oracle))
    await withConnection(database.app, async client => {
      const { oracles } = await findOracles(client, { b, context })
      assert.deepEqual(oracles, [`sign_in(${`'${b}'`}::uuid)`])
    })
  })
})

/** The function that the design forbids. */
const oracle = `
  create function sign_in(tenant uuid) returns text language plpgsql security definer as $$
  declare
    key context_keys;
    claims text;
  begin
    select * into key from context_keys;
    claims := key.kid || '|' || tenant || '|' || extract(epoch from now())::bigint + 60 || '|x';
    return claims || '|' || encode(sha256(key.outer_pad || sha256(key.inner_pad || convert_to(claims, 'UTF8'))), 'hex');
  end $$`
