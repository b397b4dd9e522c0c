import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { createLogger } from '../logger.ts'
import { withConnection } from './connect.ts'
import { openSession } from './session.ts'

const log = createLogger({ level: 'silent', format: 'json' })
const instanceId = '01990000-0000-7000-8000-00000000000a'

test('a session hears what others say, comes back after it was cut, and shows that its instance lives', async () => {
  await using database = await testDatabase()
  const heard: string[] = []
  let opened = 0
  const options = {
    address: database.system,
    instanceId,
    channel: 'test',
    log,
    onNotification: (payload: string) => heard.push(payload),
    onOpen: async () => {
      opened++
    },
  }
  const isAlive = () =>
    withConnection(database.admin, async client => {
      const { rows } = await client.query<{ dead: boolean }>(
        'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as dead',
        [instanceId],
      )
      return rows[0]?.dead === false
    })
  {
    await using one = await openSession(options)
    await using other = await openSession({
      ...options,
      instanceId: crypto.randomUUID(),
      onNotification: () => undefined,
    })
    await other.notify('first')
    await waitUntil('it is heard', async () => heard.includes('first'))
    assert.equal(await isAlive(), true)
    await withConnection(database.admin, client =>
      client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'codetether-session'`,
      ),
    )
    await waitUntil('both are back', async () => opened === 4)
    await waitUntil('it is heard again', async () => {
      await other.notify('second')
      return heard.includes('second')
    })
    assert.equal(await isAlive(), true)
    await one.notify('own')
  }
  assert.equal(await isAlive(), false)
})

test('a session that is closed while it comes back ends', async () => {
  await using database = await testDatabase()
  const [reopening, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let opened = 0
  const session = await openSession({
    address: database.system,
    instanceId,
    channel: 'test',
    log,
    onNotification: () => undefined,
    onOpen: async () => {
      if (++opened === 1) return
      reopening.resolve()
      await gate.promise
    },
  })
  await withConnection(database.admin, client =>
    client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'codetether-session'`,
    ),
  )
  await reopening.promise
  const closed = session[Symbol.asyncDispose]()
  gate.resolve()
  await closed
})
