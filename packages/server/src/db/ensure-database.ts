import { type ClientBase, DatabaseError } from 'pg'
import { withAdvisoryLock } from './advisory-lock.ts'
import { appRole, ownerRole, systemRole } from './roles.ts'

/** duplicate_database, and the same found out at the last moment; somebody copies the template at this moment. */
const created = ['42P04', '23505']

/** Creates the platform's database if it is missing, and lets in nobody but its roles. Needs `ensureRoles` before. */
export async function ensureDatabase(client: ClientBase, name: string): Promise<void> {
  // Two that change the privileges of a database at once get "tuple concurrently updated".
  await withAdvisoryLock(client, { name: 'database' }, async () => {
    const found = await client.query('select from pg_database where datname = $1', [name])
    if (found.rows.length === 0) await create(client, name)
    await restrictConnections(client, name)
  })
}

/** Text is sorted by code point everywhere; a cluster before 17 has no such locale of its own and keeps its default. */
async function create(client: ClientBase, name: string): Promise<void> {
  const { rows } = await client.query<{ builtin: boolean }>(
    `select current_setting('server_version_num')::int >= 170000 as builtin`,
  )
  const locale = rows[0]?.builtin ? `locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'` : ''
  try {
    const database = client.escapeIdentifier(name)
    await client.query(`create database ${database} owner ${ownerRole} template template0 encoding 'UTF8' ${locale}`)
  } catch (error) {
    if (!(error instanceof DatabaseError && created.includes(error.code ?? ''))) throw error
  }
}

/** Databases that are made from a template do not inherit its privileges. */
export async function restrictConnections(client: ClientBase, name: string): Promise<void> {
  const { rows } = await client.query<{ done: boolean }>(
    `select not exists (select from aclexplode(coalesce(datacl, acldefault('d', datdba))) where grantee = 0)
       and has_database_privilege($2, oid, 'connect') and has_database_privilege($3, oid, 'connect') as done
     from pg_database where datname = $1`,
    [name, appRole, systemRole],
  )
  if (rows[0]?.done) return
  const database = client.escapeIdentifier(name)
  await client.query(`revoke all on database ${database} from public`)
  await client.query(`grant connect on database ${database} to ${appRole}, ${systemRole}`)
}

/** Nobody but the owner creates anything in `public`. Databases that came from before PostgreSQL 15 let everybody. */
export async function restrictSchema(client: ClientBase): Promise<void> {
  const { rows } = await client.query(
    `select from pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
     where nspname = 'public' and grantee = 0 and privilege_type = 'CREATE'`,
  )
  if (rows.length > 0) await client.query('revoke create on schema public from public')
}
