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

/** Who acts. */
export interface Principal {
  tenantId: string
  /** `local` for the owner of a loopback server, `token:<name>` for a configured token, `anonymous` without either. */
  id: string
  permissions: ReadonlySet<Permission>
}
