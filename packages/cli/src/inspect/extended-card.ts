import { openGrpcOf } from '@codetether/client/call'
import { RemoteError } from '@codetether/client/errors'
import { checkCardForm, formsOf } from './check-card-form.ts'
import { excerpt, fail, ok, skip, type Verdict } from './finding.ts'
import { grpcRefusal } from './grpc-refusal.ts'
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
  return judgeCard(document, probe)
}

/** The same by gRPC. */
export const extendedCardByGrpc = async (probe: Probe): Promise<Verdict> => {
  const grpc = await openGrpcOf(probe.endpoint)
  try {
    return judgeCard(await grpc.call(probe.endpoint, { name: 'extendedCard', params: {} }, probe.patience), probe)
  } catch (error) {
    if (error instanceof RemoteError) return grpcRefusal(error) ?? fail(error.message)
    throw error
  }
}

const judgeCard = (document: unknown, probe: Probe): Verdict => {
  const { version, transport } = probe.endpoint
  if (!formsOf(document).includes(version)) return skip(`a card of another version than ${version}`)
  // Elsewhere it is ProtoJSON, whose schemes have another form.
  if (version === '0.3' && transport !== 'JSONRPC') return ok('a card; its members were not looked at')
  const wrong = checkCardForm(document, version).find(({ result }) => result === 'fail')
  return wrong ? fail(wrong.seen) : ok('every member is as the specification says')
}
