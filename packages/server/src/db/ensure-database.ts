import { type ClientBase, DatabaseError } from 'pg'
import type { Log } from './address.ts'
import { withAdvisoryLock } from './advisory-lock.ts'
import { appRole, ownerRole, systemRole } from './roles.ts'
import { runSteps, type Step } from './step.ts'

/** duplicate_database, and the same found out at the last moment; somebody copies the template at this moment. */
const created = ['42P04', '23505']

/** Creates the platform's database if it is missing, and lets in nobody but its roles. Needs `ensureRoles` before. */
export async function ensureDatabase(client: ClientBase, name: string, log: Log = () => {}): Promise<void> {
  // Two that change the privileges of a database at once get "tuple concurrently updated".
  await withAdvisoryLock(client, { name: 'database' }, async () => {
    await runSteps(client, await planCreation(client, name), log).catch((error: unknown) => {
      if (!(error instanceof DatabaseError && created.includes(error.code ?? ''))) throw error
    })
    await restrictConnections(client, name, log)
  })
}

/** What is missing of the database, and of the privileges to connect to it. Any login may look. */
export const planDatabase = async (client: ClientBase, name: string): Promise<Step[]> => [
  ...(await planCreation(client, name)),
  ...(await planConnections(client, name)),
]

export const databaseExists = async (client: ClientBase, name: string): Promise<boolean> =>
  (await client.query('select from pg_database where datname = $1', [name])).rows.length > 0

/** Text is sorted by code point everywhere; a cluster before 17 has no such locale of its own and keeps its default. */
async function planCreation(client: ClientBase, name: string): Promise<Step[]> {
  if (await databaseExists(client, name)) return []
  const { rows } = await client.query<{ builtin: boolean }>(
    `select current_setting('server_version_num')::int >= 170000 as builtin`,
  )
  const locale = rows[0]?.builtin ? ` locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'` : ''
  const database = client.escapeIdentifier(name)
  const sql = `create database ${database} owner ${ownerRole} template template0 encoding 'UTF8'${locale}`
  return [{ says: `create database ${name}`, sql }]
}

/** Databases that are made from a template do not inherit its privileges. */
export async function restrictConnections(client: ClientBase, name: string, log: Log = () => {}): Promise<void> {
  await runSteps(client, await planConnections(client, name), log)
}

/** The login that migrates is no superuser everywhere: it may be shut out of its own database with everybody. */
async function planConnections(client: ClientBase, name: string): Promise<Step[]> {
  const { rows } = await client.query<{ grantees: string[]; isOpen: boolean; me: string[] }>(
    `select array(select rolname::text from pg_roles where rolname = current_user and not rolsuper) as me,
       coalesce((select exists (select from aclexplode(coalesce(datacl, acldefault('d', datdba))) where grantee = 0)
         from pg_database where datname = $1), true) as "isOpen",
       array(select rolname::text from pg_roles, pg_database,
           aclexplode(coalesce(datacl, acldefault('d', datdba))) granted
         where datname = $1 and privilege_type = 'CONNECT' and grantee = pg_roles.oid) as grantees`,
    [name],
  )
  const { grantees = [], isOpen = true, me = [] } = rows[0] ?? {}
  const wanted = [appRole, systemRole, ...(isOpen ? me : [])].filter(role => !grantees.includes(role))
  const database = client.escapeIdentifier(name)
  return [
    ...(isOpen ? [{ says: `close ${name} to others`, sql: `revoke all on database ${database} from public` }] : []),
    ...(wanted.length === 0
      ? []
      : [
          {
            says: `let ${wanted.join(', ')} into ${name}`,
            sql: `grant connect on database ${database} to ${wanted.map(role => client.escapeIdentifier(role)).join(', ')}`,
          },
        ]),
  ]
}

/**
 * What is missing of the privileges within the database: nobody but the owner creates anything in `public`. Databases
 * from before PostgreSQL 15 let everybody, and one that somebody else made does not let ct_owner.
 */
export async function planSchema(client: ClientBase): Promise<Step[]> {
  const { rows } = await client.query<{ isOpen: boolean; isOwners: boolean; mayActAsOwner: boolean }>(
    `select exists (select from aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
         where grantee = 0 and privilege_type = 'CREATE') as "isOpen",
       coalesce((select has_schema_privilege(oid, 'public', 'create') from pg_roles where rolname = $1), false)
         as "isOwners",
       nspowner = 'pg_database_owner'::regrole and pg_has_role('pg_database_owner', 'member') as "mayActAsOwner"
     from pg_namespace where nspname = 'public'`,
    [ownerRole],
  )
  const { isOpen = false, isOwners = false, mayActAsOwner = false } = rows[0] ?? {}
  // Before PostgreSQL 16, ct_owner owns the database and yet has no part in its schema: it does not inherit.
  const as = (sql: string) => (mayActAsOwner ? `begin; set local role pg_database_owner; ${sql}; commit` : sql)
  return [
    ...(isOpen ? [{ says: 'close public to others', sql: as('revoke create on schema public from public') }] : []),
    ...(isOwners
      ? []
      : [{ says: `open public to ${ownerRole}`, sql: as(`grant usage, create on schema public to ${ownerRole}`) }]),
  ]
}
