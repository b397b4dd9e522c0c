import { setTimeout as delay } from 'node:timers/promises'
import { type ClientBase, DatabaseError } from 'pg'
import { withAdvisoryLock } from './advisory-lock.ts'
import { scramVerifier } from './scram.ts'
import { deriveKey, derivePassword } from './secret.ts'

/** Owns the schema and only migrates: nobody logs in as it. */
export const ownerRole = 'ct_owner'
/** Serves requests: sees what the tenant context lets it see. */
export const appRole = 'ct_app'
/** Background work across tenants. */
export const systemRole = 'ct_system'
/** Sees the rows of all tenants, for people with `set role`. Nobody is a member unless a database administrator says so. */
const adminRole = 'a2a_admin'

/** Attributes of a role, as `pg_roles` names them. */
interface Attributes {
  rolcanlogin: boolean
  rolinherit: boolean
  rolsuper: boolean
  rolbypassrls: boolean
  rolcreatedb: boolean
  rolcreaterole: boolean
}

const keywords: Record<keyof Attributes, string> = {
  rolcanlogin: 'LOGIN',
  rolinherit: 'INHERIT',
  rolsuper: 'SUPERUSER',
  rolbypassrls: 'BYPASSRLS',
  rolcreatedb: 'CREATEDB',
  rolcreaterole: 'CREATEROLE',
}

/** Logins do not inherit: membership in another role, granted by mistake, gives them nothing by itself. */
const login = { rolcanlogin: true, rolinherit: false }
const group = { rolcanlogin: false, rolinherit: false }
const powerless = { rolsuper: false, rolbypassrls: false, rolcreatedb: false, rolcreaterole: false }

/**
 * Makes the roles of the platform what they should be, and writes nothing if they are. `client` is a superuser, or a
 * login with CREATEROLE (managed databases), which cannot hand out BYPASSRLS unless it has it.
 */
export async function ensureRoles(client: ClientBase, secret: string): Promise<void> {
  await retryClashes(() =>
    withAdvisoryLock(client, { name: 'roles' }, async () => {
      const me = await readRole(client, 'current_user')
      const mayBypass = me.rolsuper === true || me.rolbypassrls === true
      await ensureRole(client, ownerRole, { ...powerless, ...group })
      await ensureRole(client, appRole, { ...powerless, ...login }, secret)
      await ensureRole(client, systemRole, { ...powerless, ...login }, secret)
      await ensureRole(client, adminRole, { ...powerless, ...group, rolbypassrls: mayBypass })
      // Migrations give functions that look across tenants to ct_system.
      await ensureMember(client, { role: systemRole, member: ownerRole })
      if (me.rolsuper !== true) await ensureMember(client, { role: ownerRole, member: String(me.rolname) })
    }),
  )
}

async function ensureRole(client: ClientBase, name: string, wanted: Attributes, secret?: string): Promise<void> {
  const mark = secret === undefined ? null : passwordMark(secret, name)
  const found = await readRole(client, `'${name}'`)
  if (found.rolname === undefined) await client.query(`create role ${name} noinherit`)
  const changes = (Object.keys(keywords) as (keyof Attributes)[]).flatMap(attribute => {
    const current = found[attribute] ?? false
    return current === wanted[attribute] ? [] : [`${wanted[attribute] ? '' : 'NO'}${keywords[attribute]}`]
  })
  if (secret !== undefined && found.mark !== mark) {
    const salt = deriveKey(secret, `salt:${name}`).subarray(0, 16)
    changes.push(`PASSWORD '${scramVerifier(derivePassword(secret, name), salt)}'`)
  }
  if (changes.length > 0) await client.query(`alter role ${name} ${changes.join(' ')}`)
  if (mark !== null && found.mark !== mark) await client.query(`comment on role ${name} is '${mark}'`)
}

type FoundRole = Partial<Attributes> & { rolname?: string; mark?: string | null }

/** Passwords cannot be read back, so the comment of a role tells which secret its password comes from. */
async function readRole(client: ClientBase, name: string): Promise<FoundRole> {
  const { rows } = await client.query<FoundRole>(
    `select rolname, ${Object.keys(keywords).join(', ')}, shobj_description(oid, 'pg_authid') as mark
     from pg_roles where rolname = ${name}`,
  )
  return rows[0] ?? {}
}

const passwordMark = (secret: string, role: string) =>
  `CodeTether: password of key ${deriveKey(secret, `mark:${role}`).toString('hex').slice(0, 16)}`

async function ensureMember(client: ClientBase, { role, member }: { role: string; member: string }): Promise<void> {
  const { rows } = await client.query(
    `select from pg_auth_members where roleid = $1::regrole and member = $2::regrole
     and pg_has_role($2, $1, 'member') and coalesce((to_jsonb(pg_auth_members) ->> 'set_option')::boolean, true)`,
    [role, client.escapeIdentifier(member)],
  )
  if (rows.length === 0) await client.query(`grant ${role} to ${client.escapeIdentifier(member)}`)
}

/** unique_violation, duplicate_object, and the internal error "tuple concurrently updated". */
const clashes = ['23505', '42710', 'XX000']

/** Roles belong to the cluster, advisory locks to a database: others may work on the same roles from another one. */
async function retryClashes(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === 5 || !(error instanceof DatabaseError && clashes.includes(error.code ?? ''))) throw error
      await delay(20 * attempt)
    }
  }
}
