import type { Agent } from '@codetether/agents/define-agent'

/** Longer names are cut: the router reads parameters of 256 bytes, which a percent sign for each byte would exceed. */
const slugChars = 64

/** A name as one segment of a path: lower-case letters and digits of any script, joined by hyphens. */
const slugOf = (name: string): string =>
  [
    ...name
      .normalize('NFKC')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '-')
      .replaceAll(/^-|-$/g, ''),
  ]
    .slice(0, slugChars)
    .join('') || 'agent'

/** Every agent by the name that its own address carries. Of two that would share one, the later one gets a number. */
export function agentSlugs(agents: readonly Agent[]): ReadonlyMap<string, Agent> {
  const bySlug = new Map<string, Agent>()
  for (const agent of agents) {
    const slug = slugOf(agent.name)
    let free = slug
    for (let n = 2; bySlug.has(free); n++) free = `${slug}-${n}`
    bySlug.set(free, agent)
  }
  return bySlug
}
