import { z } from 'zod'

/** One row of `GET /agents`: who answers here, and whether it is there to answer. */
export const AgentStatus = z.object({
  name: z.string(),
  /** Its name in addresses: `/agents/{slug}`. Servers before it have none. */
  slug: z.string().exactOptional(),
  description: z.string(),
  kind: z.enum(['built-in', 'custom', 'worker']),
  status: z.enum(['online', 'offline']),
  skills: z.array(z.object({ id: z.string(), name: z.string(), description: z.string(), tags: z.array(z.string()) })),
})
export type AgentStatus = z.infer<typeof AgentStatus>

export const AgentList = z.object({ agents: z.array(AgentStatus) })
