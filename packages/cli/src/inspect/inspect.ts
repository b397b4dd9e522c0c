import { endpointsOf } from '@codetether/client/discover'
import type { Endpoint } from '@codetether/client/endpoint'
import { transportNames } from '@codetether/client/operation'
import type { JWK } from 'jose'
import type { Addressed } from '../connect.ts'
import { TimeLimitReached } from '../interruption.ts'
import type { Patience } from './ask.ts'
import { checkCard } from './check-card.ts'
import { checkInterface } from './check-interface.ts'
import { checkSignatures } from './check-signatures.ts'
import { type Finding, fail, skip } from './finding.ts'
import { Probe } from './probe.ts'

/** Interfaces that are tried at most, and milliseconds for each answer. */
const maxInterfaces = 16
const answerMs = 10_000

const keyOf = ({ url, transport, version, tenant }: Endpoint): string => [transport, version, tenant, url].join(' ')

export interface InspectPlan {
  /** What the person wants to be tried; everything that the card declares if undefined. */
  version?: Endpoint['version'] | undefined
  transport?: Endpoint['transport'] | undefined
  /** Keys that are trusted to sign the card; null for those of its server. */
  keys: { keys: JWK[]; source: string } | null
  /** Sent as a message to each interface. */
  text?: string | undefined
}

const wholeCard = async (
  agent: Addressed,
  plan: InspectPlan,
  patience: Patience,
  findings: Finding[],
): Promise<void> => {
  const { connection, url } = agent
  const { findings: ofCard, card } = await checkCard(connection, url, patience)
  findings.push(...ofCard)
  if (card === undefined) return
  findings.push(...(await checkSignatures({ url, card: card.document, keys: plan.keys }, patience)))
  const unspoken = card.interfaces.filter(({ transport }) => !transportNames.some(known => known === transport))
  for (const { transport, version, url: address } of unspoken)
    findings.push({
      ...{ subject: `${transport} ${version}`, url: address, check: 'interface', section: 'v1.0 §8.3' },
      ...skip('this transport is not tried'),
    })
  const endpoints = new Map(endpointsOf(connection, url, card).map(endpoint => [keyOf(endpoint), endpoint]))
  const wanted = [...endpoints.values()].filter(
    ({ version, transport }) => version === (plan.version ?? version) && transport === (plan.transport ?? transport),
  )
  if (wanted.length === 0)
    findings.push({
      ...{ subject: 'card', check: 'interfaces', section: 'v1.0 §8.3.1, v0.3 §5.6.4' },
      ...fail('none of those that could be tried is declared'),
    })
  for (const endpoint of wanted.slice(0, maxInterfaces))
    findings.push(...(await checkInterface(new Probe(endpoint, card, patience), plan.text)))
}

/** Looks at an agent's card and at every interface that it declares. Ends in any case, with what was found until then. */
export const inspectAgent = async (agent: Addressed, plan: InspectPlan): Promise<Finding[]> => {
  const findings: Finding[] = []
  try {
    await wholeCard(agent, plan, { signal: agent.signal, timeoutMs: answerMs }, findings)
  } catch (error) {
    if (!(error instanceof TimeLimitReached)) throw error
    findings.push({ subject: 'inspection', check: 'time limit', section: '', ...fail(error.message) })
  }
  return findings
}
