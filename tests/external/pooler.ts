import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, readFile, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { withConnection } from '@codetether/server/db/connect'
import { accountBy } from '@codetether/server/db/embedded/account'
import { freePort } from '@codetether/server/db/embedded/free-port'
import { findPeer } from '@codetether/testing/find-peer'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import type { TestDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { endsWithUs } from '../journeys/data-directory.ts'

export const pgbouncer = findPeer('pgbouncer')

/** PgBouncer before one database of the test cluster. Disposing stops it. */
export interface Pooler extends AsyncDisposable {
  /** A URL of the database through it, with these parameters. */
  url(parameters?: string): string
}

/** The file that docs/operations.md shows, with the addresses of the test in place of its own. */
async function configuration(database: TestDatabase, { port, directory }: { port: number; directory: string }) {
  const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  const sample = /```ini\n([\s\S]*?)```/.exec(page)?.[1]
  if (sample === undefined) throw new Error('docs/operations.md shows no pgbouncer.ini')
  const replacements = [
    [
      'codetether = host=db.internal port=5432',
      `${database.admin.database} = host=127.0.0.1 port=${database.admin.port}`,
    ],
    ['listen_port = 6432', `listen_port = ${port}`],
    ['/etc/pgbouncer/userlist.txt', join(directory, 'userlist.txt')],
  ] as const
  return replacements.reduce((text, [theirs, ours]) => {
    if (!text.includes(theirs)) throw new Error(`the pgbouncer.ini of docs/operations.md lacks ${theirs}`)
    return text.replace(theirs, ours)
  }, `${sample}unix_socket_dir =\n`)
}

/** The logins with what PostgreSQL stores of their passwords: PgBouncer passes the proof on, and knows no password. */
const userList = ({ admin }: TestDatabase): Promise<string> =>
  withConnection(admin, async client => {
    const { rows } = await client.query<{ line: string }>(
      `select format('"%s" "%s"', rolname, rolpassword) as line from pg_authid where rolname in ('ct_app', 'ct_system')`,
    )
    return rows.map(({ line }) => `${line}\n`).join('')
  })

const accepts = (port: number): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = createConnection({ host: '127.0.0.1', port })
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}

export async function startPooler(database: TestDatabase): Promise<Pooler> {
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(await temporaryDirectory())
  const port = await freePort()
  // It refuses to run as root.
  const account = process.getuid?.() === 0 ? await accountBy('name', 'nobody') : undefined
  const files = {
    'pgbouncer.ini': await configuration(database, { port, directory: directory.path }),
    'userlist.txt': await userList(database),
  }
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory.path, name)
    await writeFile(path, content, { mode: 0o600 })
    if (account) await chown(path, account.uid, account.gid)
  }
  const child = spawn(pgbouncer.path, [join(directory.path, 'pgbouncer.ini')], {
    ...(account && { uid: account.uid, gid: account.gid }),
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await once(child, 'spawn')
  let log = ''
  child.stderr.setEncoding('utf8').on('data', chunk => (log += chunk))
  const exited = once(child, 'exit')
  stack.use(endsWithUs(() => child.pid ?? null))
  stack.defer(async () => {
    child.kill('SIGTERM')
    await exited
  })
  await waitUntil('PgBouncer listens', () => {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended: ${log}`)
    return accepts(port)
  })
  const owned = stack.move()
  return {
    url: (parameters = '?pgbouncer=true') => `postgresql://127.0.0.1:${port}/${database.admin.database}${parameters}`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
