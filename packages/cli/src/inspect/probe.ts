import { transportOf } from '@codetether/client/dialect'
import type { Endpoint } from '@codetether/client/endpoint'
import type { Operation } from '@codetether/client/operation'
import type { Card } from '@codetether/client/read-card'
import { type Answer, ask, type Patience, type Request } from './ask.ts'
import type { ExpectedError } from './errors-expected.ts'
import type { Verdict } from './finding.ts'
import { judgeError } from './judge-error.ts'

/** An id that no task has. */
export const unknownTask = 'codetether-inspect-no-such-task'

/** One interface under inspection. */
export class Probe {
  readonly endpoint: Endpoint
  readonly card: Card
  readonly patience: Patience

  constructor(endpoint: Endpoint, card: Card, patience: Patience) {
    this.endpoint = endpoint
    this.card = card
    this.patience = patience
  }

  /** The request of an operation, by default about a task that does not exist. */
  request(
    name: Operation['name'],
    { id = unknownTask, ...params }: Record<string, unknown> & { id?: string } = {},
  ): Request {
    return transportOf(this.endpoint).request(this.endpoint, { name, params, ...(name === 'list' ? {} : { id }) })
  }

  /** A request by JSON-RPC of a method that no operation is. */
  rpc(method: string, params: object): Request {
    const { headers = {} } = this.request('get')
    const body = JSON.stringify({ jsonrpc: '2.0', id: crypto.randomUUID(), method, params })
    return { url: this.endpoint.url, method: 'POST', headers, body }
  }

  /** Sends a request in the version of the interface, or in another one. */
  ask(request: Request, version: string = this.endpoint.version): Promise<Answer> {
    const named: Record<string, string> = version === '0.3' ? {} : { 'a2a-version': version }
    return ask(this.endpoint, { ...request, headers: { ...request.headers, ...named } }, this.patience)
  }

  /** Sends a request that has to be refused. */
  async expect(request: Request, want: ExpectedError, version?: string): Promise<Verdict> {
    const answer = await this.ask(request, version)
    return judgeError({ endpoint: this.endpoint, answer, want, id: idOf(request) })
  }
}

/** The id that an answer by JSON-RPC has to repeat. */
const idOf = ({ body = '' }: Request): string | null => {
  try {
    return JSON.parse(body).id ?? null
  } catch {
    return null
  }
}
