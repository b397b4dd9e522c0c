import type { Card } from '@codetether/client/read-card'
import { AgentCard as CardV03 } from '@codetether/protocol/v03/agent-card'
import { type Finding, fail, ok, type Verdict, warn } from './finding.ts'

const line = (check: string, section: string, verdict: Verdict): Finding => ({
  subject: 'card',
  check,
  section,
  ...verdict,
})

const isLoopback = (hostname: string): boolean => /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(hostname)

const address = (url: string, transport: string): Verdict => {
  if (transport === 'GRPC') return ok(`${transport} ${url}`)
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    return fail(`${transport} ${url} is no absolute web address`)
  if (parsed.protocol === 'http:' && !isLoopback(parsed.hostname)) return warn(`${transport} ${url} is not encrypted`)
  return ok(`${transport} ${url}`)
}

/** What the card says about its interfaces (A2A v1.0 §8.3, v0.3 §5.6). */
export const checkInterfaces = ({ interfaces }: Card): Finding[] =>
  interfaces.flatMap(({ url, transport, version }) => {
    const where = version === '0.3' ? 'v0.3 §5.6.1' : 'v1.0 §8.3.1'
    const findings = [line(`interface ${version}`, where, address(url, transport))]
    if (!/^\d+\.\d+$/.test(version))
      findings.push(line(`interface ${version}`, 'v1.0 §3.6', fail('the version is not Major.Minor')))
    return findings
  })

/** What v0.3 wants of the main address and the list of all (§5.6.1, §5.6.4). */
export const checkMainInterface = (document: unknown): Finding[] => {
  const { data: card } = CardV03.safeParse(document)
  if (card === undefined) return []
  const { url, preferredTransport, additionalInterfaces = [] } = card
  const named = line(
    'preferred transport',
    'v0.3 §5.6.1',
    preferredTransport === undefined ? fail('preferredTransport is missing') : ok(preferredTransport),
  )
  const isListed = additionalInterfaces.some(
    other => other.url === url && other.transport === (preferredTransport ?? 'JSONRPC'),
  )
  if (additionalInterfaces.length === 0 || isListed) return [named]
  return [named, line('all interfaces', 'v0.3 §5.6.4', warn('additionalInterfaces leaves out the main address'))]
}

/** Skills that can be told apart (A2A v1.0 §4.4.5, v0.3 §5.5.4). */
export const checkSkills = ({ skills }: Card): Finding => {
  const ids = skills.map(({ id }) => id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  const section = 'v1.0 §4.4.5, v0.3 §5.5.4'
  if (skills.length === 0) return line('skills', section, warn('the card names no skill'))
  return line('skills', section, twice === undefined ? ok(`${ids.length}`) : fail(`${twice} is there twice`))
}
