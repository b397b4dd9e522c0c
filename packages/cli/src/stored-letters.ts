import { loadConfig } from '@codetether/server/config/load-config'
import { presentDeadLetter } from '@codetether/server/present/dead-letter'
import { listDeadLetters, retryDeadLetters } from '@codetether/server/store/push-dead-letters'
import { listTenants } from '@codetether/server/store/tenants'
import type { Io } from './io.ts'
import type { LetterDesk, LetterOptions } from './letter-desk.ts'
import { withStore } from './open-store.ts'

/** The dead letters of all tenants, for those who have the database. */
export const storedLetters = ({ task, url, dataDir }: LetterOptions, io: Io): LetterDesk => {
  const { config } = loadConfig(undefined, { databaseUrl: url, dataDir }, { envFile: '.env' })
  const filter = { tenantId: null, principal: null, taskId: task ?? null, configId: null, seq: null }
  return {
    list: limit =>
      withStore(config, io, store =>
        store.system(async tx => {
          const names = new Map((await listTenants(tx)).map(({ id, name }) => [id, name]))
          const letters = await listDeadLetters(tx, filter, { after: null, limit })
          return letters.map(row => ({ tenant: names.get(row.tenantId) ?? row.tenantId, ...presentDeadLetter(row) }))
        }),
      ),
    retry: () => withStore(config, io, store => store.system(tx => retryDeadLetters(tx, filter))),
  }
}
