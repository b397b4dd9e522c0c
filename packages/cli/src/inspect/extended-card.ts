import { checkCardForm, formsOf } from './check-card-form.ts'
import { excerpt, fail, ok, skip, type Verdict } from './finding.ts'
import { judgeRefusal } from './judge-error.ts'
import type { Probe } from './probe.ts'

/** How the card of either version says that there is one with more for those who are known. */
export const declaresExtendedCard = ({ card }: Probe): boolean =>
  card.capabilities.includes('extendedAgentCard') || card.document.supportsAuthenticatedExtendedCard === true

const requestOf = (probe: Probe) => {
  const isNew = probe.endpoint.version === '1.0'
  if (probe.endpoint.transport === 'JSONRPC')
    return probe.rpc(isNew ? 'GetExtendedAgentCard' : 'agent/getAuthenticatedExtendedCard', {})
  const { url, headers } = probe.request('list')
  return { url: url.replace(/\/tasks$/, isNew ? '/extendedAgentCard' : '/card'), headers: headers ?? {} }
}

const resultIn = (json: unknown): unknown =>
  typeof json === 'object' && json !== null && 'result' in json ? json.result : json

/** The card for those who are known, with the credentials of the person (A2A v1.0 §3.1.11, v0.3 §7.10). */
export const extendedCard = async (probe: Probe): Promise<Verdict> => {
  const answer = await probe.ask(requestOf(probe))
  const refused = judgeRefusal(answer)
  if (refused) return refused
  const document = resultIn(answer.json)
  if (answer.status !== 200 || formsOf(document).length === 0)
    return fail(`HTTP ${answer.status}, no agent card: ${excerpt(answer.text, 60)}`)
  const { version, transport } = probe.endpoint
  if (!formsOf(document).includes(version)) return skip(`a card of another version than ${version}`)
  // There it is ProtoJSON, whose schemes have another form.
  if (version === '0.3' && transport === 'HTTP+JSON') return ok('a card; its members were not looked at')
  const wrong = checkCardForm(document, version).find(({ result }) => result === 'fail')
  return wrong ? fail(wrong.seen) : ok(`every member is as the specification says`)
}
