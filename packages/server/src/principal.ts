/** What a door may ask for. Each route names one. */
export const permissions = [
  'public',
  'agents:read',
  'tasks:read',
  'tasks:write',
  'codebases:read',
  'codebases:write',
  'sessions:read',
  'sessions:write',
  'workers:read',
  'workers:register',
  'worker:run',
  'health:read',
  'metrics:read',
] as const
export type Permission = (typeof permissions)[number]

/** What somebody needs who works with agents: what the card asks for. */
export const agentPermissions = ['agents:read', 'tasks:read', 'tasks:write'] as const satisfies Permission[]

/** Who acts. */
export interface Principal {
  tenantId: string
  /**
   * `local` for the owner of a loopback server, `token:<name>` for a configured token, `worker:<id>` for a worker,
   * `anonymous` without any of them.
   */
  id: string
  permissions: ReadonlySet<Permission>
  /** The name of the one agent whose tasks are there for it, at an address of that agent's own. Absent: those of all. */
  agent?: string
  /** The worker that acts: only with its own token. */
  worker?: WorkerIdentity
}

export interface WorkerIdentity {
  id: string
  /** What its leases name. */
  key: string
  /** The principal that has registered it. */
  owner: string
}
