/** What a door may ask for. Each route names one. */
export const permissions = [
  'public',
  'agents:read',
  'tasks:read',
  'tasks:write',
  'health:read',
  'metrics:read',
] as const
export type Permission = (typeof permissions)[number]

/** What somebody needs who works with agents: what the card asks for. */
export const agentPermissions = ['agents:read', 'tasks:read', 'tasks:write'] as const satisfies Permission[]

/** Who acts. */
export interface Principal {
  tenantId: string
  /** `local` for the owner of a loopback server, `token:<name>` for a configured token, `anonymous` without either. */
  id: string
  permissions: ReadonlySet<Permission>
  /** The name of the one agent whose tasks are there for it, at an address of that agent's own. Absent: those of all. */
  agent?: string
}
