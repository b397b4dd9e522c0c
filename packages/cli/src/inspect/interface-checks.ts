import { openAnswer } from '@codetether/client/call'
import { codecOf } from '@codetether/client/dialect'
import { invalidAnswer, RemoteError } from '@codetether/client/errors'
import { expected } from './errors-expected.ts'
import { declaresExtendedCard, extendedCard } from './extended-card.ts'
import { fail, type Verdict, warn } from './finding.ts'
import { judgeRefusal } from './judge-error.ts'
import { judgePages } from './judge-pages.ts'
import type { Probe } from './probe.ts'

/** A call without consequences, and what the answer to it has to be. */
export interface InterfaceCheck {
  name: string
  /** By version; a version without a section has nothing that could be checked. */
  sections: { '1.0'?: string; '0.3'?: string }
  /** Default: every transport. */
  applies?: (probe: Probe) => boolean
  run: (probe: Probe) => Promise<Verdict>
}

const isRpc = ({ endpoint }: Probe): boolean => endpoint.transport === 'JSONRPC'
const can = (probe: Probe, capability: string): boolean => probe.card.capabilities.includes(capability)

const unknownMethod = (probe: Probe): Promise<Verdict> => {
  const { url } = probe.request('list')
  const request = isRpc(probe)
    ? probe.rpc('codetether/inspect', {})
    : { url: url.replace(/\/tasks$/, '/codetether-inspect') }
  return probe.expect(request, expected.methodNotFound)
}

const refuses = async (probe: Probe): Promise<Verdict> => {
  const verdict = await probe.expect(probe.request('list', { pageToken: 'codetether-inspect' }), expected.invalidParams)
  return verdict.result === 'fail' ? warn(verdict.seen) : verdict
}

const list = async (probe: Probe): Promise<Verdict> => {
  const { endpoint } = probe
  let refused: Verdict | undefined
  const page = async (pageToken: string | undefined) => {
    const answer = await probe.ask(probe.request('list', { pageSize: 1, ...(pageToken && { pageToken }) }))
    refused = judgeRefusal(answer)
    const response = new Response(null, { status: answer.status === 204 ? 200 : answer.status })
    const found = openAnswer(endpoint, answer.json, codecOf(endpoint).TaskList, response)
    if (found === undefined) throw invalidAnswer(`HTTP ${answer.status}, no list of tasks`)
    return found
  }
  try {
    return await judgePages(page)
  } catch (error) {
    if (error instanceof RemoteError) return refused ?? fail(`${error.code} ${error.message}`)
    throw error
  }
}

const subscription = (probe: Probe): Promise<Verdict> => {
  const { headers, ...request } = probe.request('subscribe')
  const streaming = { ...request, headers: { ...headers, accept: 'text/event-stream' } }
  return probe.expect(streaming, can(probe, 'streaming') ? expected.taskNotFound : expected.unsupported)
}

const pushConfig = (probe: Probe): Promise<Verdict> => {
  const { url } = probe.request('get')
  const [taskId, id] = ['codetether-inspect-no-such-task', 'none']
  if (!isRpc(probe)) return probe.expect({ url: `${url}/pushNotificationConfigs/${id}` }, expected.pushNotSupported)
  const request =
    probe.endpoint.version === '1.0'
      ? probe.rpc('GetTaskPushNotificationConfig', { taskId, id })
      : probe.rpc('tasks/pushNotificationConfig/get', { id: taskId, pushNotificationConfigId: id })
  return probe.expect(request, expected.pushNotSupported)
}

/** What every interface is asked, in this order. */
export const interfaceChecks: readonly InterfaceCheck[] = [
  {
    name: 'unknown task',
    sections: { '1.0': '3.1.3', '0.3': '7.3' },
    run: probe => probe.expect(probe.request('get'), expected.taskNotFound),
  },
  { name: 'list of tasks', sections: { '1.0': '3.1.4' }, run: list },
  { name: 'forged page token', sections: { '1.0': '3.1.4' }, run: refuses },
  {
    name: 'extended card',
    sections: { '1.0': '3.1.11', '0.3': '7.10' },
    applies: declaresExtendedCard,
    run: extendedCard,
  },
  { name: 'unknown method', sections: { '1.0': '5.4', '0.3': '8.1' }, run: unknownMethod },
  {
    name: 'broken JSON',
    sections: { '1.0': '5.4', '0.3': '8.1' },
    run: probe => probe.expect({ ...probe.request('send'), body: '{' }, expected.parseError),
  },
  {
    name: 'missing id',
    sections: { '1.0': '5.4', '0.3': '8.1' },
    applies: isRpc,
    run: probe =>
      probe.expect(probe.rpc(probe.endpoint.version === '1.0' ? 'GetTask' : 'tasks/get', {}), expected.invalidParams),
  },
  {
    name: 'unknown version',
    sections: { '1.0': '3.6.2' },
    run: probe => probe.expect(probe.request('get'), expected.versionNotSupported, '99.0'),
  },
  {
    name: 'subscription',
    sections: { '1.0': '3.1.6', '0.3': '7.9' },
    run: subscription,
  },
  {
    name: 'push undeclared',
    sections: { '1.0': '3.3.4', '0.3': '8.2' },
    applies: probe => !can(probe, 'pushNotifications'),
    run: pushConfig,
  },
]
