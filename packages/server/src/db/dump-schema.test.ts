import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { withConnection } from './connect.ts'
import { dumpSchema } from './dump-schema.ts'
import { migrationsDirectory } from './migrations-directory.ts'

test('schema.sql is what the migrations make: npm run schema', async () => {
  await using database = await testDatabase()
  const dump = await withConnection(database.admin, dumpSchema)
  assert.equal(dump, await readFile(join(migrationsDirectory, 'schema.sql'), 'utf8'))
})

test('the dump does not depend on the order of creation, on dates of partitions, or on who looks', async () => {
  const partition = (
    month: string,
    from: number,
  ) => `create table log_${month} partition of log for values from (${from}) to (${from + 1});
    alter table log_${month} enable row level security; create policy p on log_${month} to ct_app using (true);
    grant select on log_${month} to ct_app;`
  const log = `create table log (id int primary key) partition by range (id);`
  const view = 'create view b_view as select 1 as one;'
  const dumps = [
    view + log + partition('y2026m11', 1) + partition('y2026m12', 2),
    log + partition('y2031m01', 7) + view,
  ].map(async sql => {
    await using database = await testDatabase({ migrated: false })
    return await withConnection(database.admin, async client => {
      await client.query(sql)
      return dumpSchema(client)
    })
  })
  const [first, second] = await Promise.all(dumps)
  assert.equal(first, second)
  assert.match(first ?? '', /^log_<month> of log; -- owner postgres, row level security$/m)
  assert.match(first ?? '', /^log_<month>: ct_app=SELECT$/m)
})
