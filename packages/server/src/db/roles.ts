import { setTimeout as delay } from 'node:timers/promises'
import { type ClientBase, DatabaseError } from 'pg'
import type { Log } from './address.ts'
import { withAdvisoryLock } from './advisory-lock.ts'
import { scramVerifier } from './scram.ts'
import { deriveKey, derivePassword } from './secret.ts'
import { runSteps, type Step } from './step.ts'

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
 * Nothing that a request does lasts as long as the timeouts. Compiling a statement costs more than it ever saves here: measured with
 * 500 tasks, 3.3 s instead of 5 ms for the runs of a principal. An operator's own values stay: see `alter role … set`.
 */
const settings = {
  statement_timeout: '30s',
  lock_timeout: '10s',
  idle_in_transaction_session_timeout: '30s',
  jit: 'off',
}

export interface RolePlan {
  /** The master secret. */
  secret: string
  /** A superuser runs the steps for the client's login, which gets what it needs to migrate. */
  bySuperuser?: boolean
}

/**
 * Makes the roles of the platform what they should be, and writes nothing if they are. `client` is a superuser, or a
 * login with CREATEROLE (managed databases), which cannot hand out BYPASSRLS unless it has it.
 */
export async function ensureRoles(client: ClientBase, secret: string, log: Log = () => {}): Promise<void> {
  await retryClashes(() =>
    withAdvisoryLock(client, { name: 'roles' }, async () => runSteps(client, await planRoles(client, { secret }), log)),
  )
}

/** What is missing of the roles. Any login may look. */
export async function planRoles(client: ClientBase, { secret, bySuperuser = false }: RolePlan): Promise<Step[]> {
  const me = await readRole(client, 'current_user')
  const mayBypass = bySuperuser || me.rolsuper === true || me.rolbypassrls === true
  const admin = await readRole(client, `'${adminRole}'`)
  const bypass = { rolbypassrls: mayBypass || admin.rolbypassrls === true }
  return [
    ...(await planRole(client, ownerRole, { ...powerless, ...group })),
    ...(await planRole(client, appRole, { ...powerless, ...login }, secret)),
    ...(await planRole(client, systemRole, { ...powerless, ...login }, secret)),
    ...(await planRole(client, adminRole, { ...powerless, ...group, ...bypass })),
    // Migrations give functions that look across tenants to ct_system.
    ...(await planMember(client, { role: systemRole, member: ownerRole })),
    ...(me.rolsuper === true ? [] : await planMember(client, { role: ownerRole, member: String(me.rolname) })),
  ]
}

/** Passwords travel as what PostgreSQL stores of them. */
async function planRole(client: ClientBase, name: string, wanted: Attributes, secret?: string): Promise<Step[]> {
  const found = await readRole(client, `'${name}'`)
  const changes = (Object.keys(keywords) as (keyof Attributes)[]).flatMap(attribute => {
    const current = found[attribute] ?? (found.rolname === undefined && attribute === 'rolinherit')
    return current === wanted[attribute] ? [] : [`${wanted[attribute] ? '' : 'NO'}${keywords[attribute]}`]
  })
  const mark = secret === undefined ? null : passwordMark(secret, name)
  const isMarked = mark === null || found.mark === mark
  if (secret !== undefined && !isMarked) {
    const salt = deriveKey(secret, `salt:${name}`).subarray(0, 16)
    changes.push(`PASSWORD '${scramVerifier(derivePassword(secret, name), salt)}'`)
  }
  const verb = found.rolname === undefined ? 'create' : 'alter'
  const isNeeded = verb === 'create' || changes.length > 0
  return [
    ...(isNeeded ? [{ says: `${verb} role ${name}`, sql: `${verb} role ${name} ${changes.join(' ')}` }] : []),
    ...(isMarked ? [] : [{ says: `mark the password of ${name}`, sql: `comment on role ${name} is '${mark}'` }]),
    ...(secret === undefined ? [] : planSettings(name, found.rolconfig ?? [])),
  ]
}

const planSettings = (name: string, present: readonly string[]): Step[] =>
  Object.entries(settings).flatMap(([setting, value]) =>
    present.some(entry => entry.startsWith(`${setting}=`))
      ? []
      : [{ says: `set the ${setting} of ${name}`, sql: `alter role ${name} set ${setting} = '${value}'` }],
  )

interface FoundRole extends Partial<Attributes> {
  rolname?: string
  /** `name=value`, as `alter role … set` keeps them. */
  rolconfig?: string[] | null
  mark?: string | null
}

/** Passwords cannot be read back, so the comment of a role tells which secret its password comes from. */
async function readRole(client: ClientBase, name: string): Promise<FoundRole> {
  const { rows } = await client.query<FoundRole>(
    `select rolname, rolconfig, ${Object.keys(keywords).join(', ')}, shobj_description(oid, 'pg_authid') as mark
     from pg_roles where rolname = ${name}`,
  )
  return rows[0] ?? {}
}

const passwordMark = (secret: string, role: string) =>
  `CodeTether: password of key ${deriveKey(secret, `mark:${role}`).toString('hex').slice(0, 16)}`

async function planMember(client: ClientBase, { role, member }: { role: string; member: string }): Promise<Step[]> {
  const { rows } = await client.query(
    `select from pg_auth_members given join pg_roles r on r.oid = given.roleid join pg_roles m on m.oid = given.member
     where r.rolname = $1 and m.rolname = $2 and coalesce((to_jsonb(given) ->> 'set_option')::boolean, true)`,
    [role, member],
  )
  if (rows.length > 0) return []
  return [{ says: `let ${member} act as ${role}`, sql: `grant ${role} to ${client.escapeIdentifier(member)}` }]
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
