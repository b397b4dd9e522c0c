import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import type { DatabaseAddress } from './address.ts'
import { withConnection } from './connect.ts'
import { startEmbedded } from './embedded/start-embedded.ts'
import { ensureDatabase } from './ensure-database.ts'
import { applicationAddresses } from './prepare.ts'
import { ensureRoles } from './roles.ts'
import { runSteps } from './step.ts'

// Roles belong to a whole cluster, so these tests have one of their own.
const log = () => {}
const settings = { fsync: 'off' }
const database = 'codetether'

const roles = (admin: DatabaseAddress) =>
  withConnection(admin, async client => {
    const { rows } = await client.query(
      `select xmin::text as version, rolname, rolcanlogin, rolinherit, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole
       from pg_authid where rolname in ('ct_owner', 'ct_app', 'ct_system', 'a2a_admin') order by rolname`,
    )
    return rows
  })

test('roles and database', async t => {
  await using directory = await temporaryDirectory()
  await using cluster = await startEmbedded({ dataDir: directory.path, log, settings })
  const { admin } = cluster
  const ensure = (secret: string) =>
    withConnection(admin, async client => {
      await ensureRoles(client, secret)
      await ensureDatabase(client, database)
    })

  await t.test('several programs that create them at once do not disturb each other', async () => {
    await Promise.all([1, 2, 3, 4].map(() => ensure('first')))
    const powerless = { rolinherit: false, rolsuper: false, rolcreatedb: false, rolcreaterole: false }
    assert.deepEqual(
      (await roles(admin)).map(({ version, ...role }) => role),
      [
        { rolname: 'a2a_admin', rolcanlogin: false, rolbypassrls: true, ...powerless },
        { rolname: 'ct_app', rolcanlogin: true, rolbypassrls: false, ...powerless },
        { rolname: 'ct_owner', rolcanlogin: false, rolbypassrls: false, ...powerless },
        { rolname: 'ct_system', rolcanlogin: true, rolbypassrls: false, ...powerless },
      ],
    )
  })

  await t.test('what is right is not written again', async () => {
    const before = await roles(admin)
    await ensure('first')
    assert.deepEqual(await roles(admin), before)
  })

  await t.test(
    'the application logs in with passwords that come from the secret, and a new secret changes them',
    async () => {
      const first = applicationAddresses(admin, { secret: 'first', database })
      const second = applicationAddresses(admin, { secret: 'second', database })
      await withConnection(first.app, client => client.query('select 1'))
      await withConnection(first.system, client => client.query('select 1'))
      await ensure('second')
      await withConnection(second.app, client => client.query('select 1'))
      await assert.rejects(
        withConnection(first.app, async () => {}),
        /password authentication failed/,
      )
    },
  )

  await t.test('an attribute that somebody added is taken away', async () => {
    await withConnection(admin, client => client.query('alter role ct_app superuser createdb'))
    await ensure('second')
    const app = (await roles(admin)).find(role => role.rolname === 'ct_app')
    assert.deepEqual([app?.rolsuper, app?.rolcreatedb], [false, false])
  })

  await t.test('what the application does is bounded in time, as an operator says or else as we do', async () => {
    await withConnection(admin, client => client.query(`alter role ct_app set statement_timeout = '70s'`))
    await ensure('second')
    const { app } = applicationAddresses(admin, { secret: 'second', database })
    const bounds = await withConnection(app, async client => {
      const names = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']
      const { rows } = await client.query('select setting from pg_settings where name = any($1) order by name', [names])
      return rows.map(row => row.setting)
    })
    assert.deepEqual(bounds, ['30000', '10000', '70000'])
  })

  await t.test('no statement of the application is compiled, unless an operator says so', async () => {
    const jit = (secret: string) =>
      withConnection(applicationAddresses(admin, { secret, database }).app, async client => {
        const { rows } = await client.query('show jit')
        return rows[0].jit
      })
    assert.equal(await jit('second'), 'off')
    await withConnection(admin, client => client.query('alter role ct_app set jit = on'))
    await ensure('second')
    assert.equal(await jit('second'), 'on')
  })

  await t.test('privileges that the database silently does not change are an error', async () => {
    await withConnection(admin, client => client.query(`create role plain login password 'plain'`))
    const steps = [{ says: 'open public', sql: 'grant create on schema public to ct_owner' }]
    await assert.rejects(
      withConnection({ ...admin, user: 'plain', password: 'plain' }, client => runSteps(client, steps, log)),
      { code: 'FORBIDDEN', message: 'this login cannot open public' },
    )
  })

  await t.test('nobody else gets into the database, and the application creates nothing there', async () => {
    await withConnection(admin, client => client.query(`create role stranger login password 'stranger'`))
    const stranger = { ...admin, database, user: 'stranger', password: 'stranger' }
    await assert.rejects(
      withConnection(stranger, async () => {}),
      /permission denied for database/,
    )
    const { app } = applicationAddresses(admin, { secret: 'second', database })
    for (const sql of [
      'create table mine ()',
      'create temporary table mine ()',
      'set role ct_owner',
      'set role a2a_admin',
    ]) {
      await assert.rejects(
        withConnection(app, client => client.query(sql)),
        /permission denied/,
      )
    }
  })

  await t.test('a login that may create roles and databases is enough', async () => {
    const password = 'manager'
    await withConnection(admin, async client => {
      await client.query(`drop database ${database}`)
      await client.query('drop role ct_owner, ct_app, ct_system, a2a_admin')
      await client.query(`create role manager login createrole createdb password '${password}'`)
    })
    const manager = { ...admin, user: 'manager', password }
    for (const secret of ['third', 'third', 'fourth']) {
      await withConnection(manager, async client => {
        await ensureRoles(client, secret)
        await ensureDatabase(client, database)
      })
    }
    const { app } = applicationAddresses(admin, { secret: 'fourth', database })
    await withConnection(app, client => client.query('select 1'))
    await withConnection({ ...manager, database }, async client => {
      await client.query(
        'begin; set local role ct_owner; create table made (); create function f() returns int return 1',
      )
      await client.query('grant create on schema public to ct_system; alter function f owner to ct_system; commit')
    })
  })
})
