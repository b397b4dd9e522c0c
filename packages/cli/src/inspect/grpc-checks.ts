import { call, openGrpcOf } from '@codetether/client/call'
import { Deadline } from '@codetether/client/deadline'
import { codecOf } from '@codetether/client/dialect'
import type { Endpoint } from '@codetether/client/endpoint'
import { RemoteError } from '@codetether/client/errors'
import type { Operation } from '@codetether/client/operation'
import { type ExpectedError, expected } from './errors-expected.ts'
import { declaresExtendedCard, extendedCardByGrpc } from './extended-card.ts'
import { excerpt, type Finding, fail, ok, type Verdict, warn } from './finding.ts'
import { grpcRefusal } from './grpc-refusal.ts'
import { reasonIn } from './judge-error.ts'
import { judgePages } from './judge-pages.ts'
import { type Probe, unknownTask } from './probe.ts'

export interface Check extends Pick<Finding, 'check' | 'section'> {
  run: () => Promise<Verdict>
}

/** Is the end of a call the error that it has to be, with ErrorInfo where v1.0 demands it (§10.6)? */
const refused = async ({ version }: Endpoint, want: ExpectedError, run: () => Promise<unknown>): Promise<Verdict> => {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error
    const seen = excerpt(error.message, 60)
    const isNamed = want.reason === undefined || reasonIn(error.data) === want.reason
    if (error.code !== want.code)
      return grpcRefusal(error) ?? fail(`${seen}, and not the error ${want.reason ?? want.code}`)
    return version === '1.0' && !isNamed
      ? warn(`${seen}, without ErrorInfo of the reason ${want.reason} (§10.6)`)
      : ok(seen)
  }
  return fail(`no error, and not ${want.reason ?? want.code}`)
}

/** Calls by gRPC without consequences, as far as they can be wrong there: the library looks after the rest. */
export const grpcChecks = (probe: Probe): Check[] => {
  const { endpoint, card, patience } = probe
  const get: Operation = { name: 'get', id: unknownTask, params: {} }
  const task = (to: Endpoint) => () => call(to, get, codecOf(to).Task, patience)
  const subscribe = async () => {
    using deadline = new Deadline(patience.signal)
    deadline.set(patience.timeoutMs, `no answer from ${endpoint.url} within ${patience.timeoutMs / 1000} s`)
    const grpc = await openGrpcOf(endpoint)
    const options = { signal: deadline.signal, lastEventId: undefined, onOpen: () => undefined }
    for await (const _ of grpc.stream(endpoint, { ...get, name: 'subscribe' }, options)) return
  }
  const isNew = endpoint.version === '1.0'
  const wanted = card.capabilities.includes('streaming') ? expected.taskNotFound : expected.unsupported
  const foreign = { ...endpoint, headers: { ...endpoint.headers, 'a2a-version': '99.0' } }
  const checks: Check[] = [
    {
      ...{ check: 'unknown task', section: isNew ? '3.1.3' : '7.3' },
      run: () => refused(endpoint, expected.taskNotFound, task(endpoint)),
    },
    {
      ...{ check: 'subscription', section: isNew ? '3.1.6' : '7.9' },
      run: () => refused(endpoint, wanted, subscribe),
    },
  ]
  if (declaresExtendedCard(probe))
    checks.push({ check: 'extended card', section: isNew ? '3.1.11' : '7.10', run: () => extendedCardByGrpc(probe) })
  if (!isNew) return checks
  const page = (pageToken: string | undefined) =>
    call(
      endpoint,
      { name: 'list', params: { pageSize: 1, ...(pageToken && { pageToken }) } },
      codecOf(endpoint).TaskList,
      patience,
    )
  const list = async (): Promise<Verdict> => {
    try {
      return await judgePages(page)
    } catch (error) {
      const verdict = error instanceof RemoteError ? grpcRefusal(error) : undefined
      if (verdict) return verdict
      throw error
    }
  }
  return [
    ...checks,
    { check: 'list of tasks', section: '3.1.4', run: list },
    {
      ...{ check: 'unknown version', section: '3.6.2' },
      run: () => refused(endpoint, expected.versionNotSupported, task(foreign)),
    },
  ]
}
