import assert from 'node:assert/strict'
import { type ErrorCode, errorCodes } from '@codetether/protocol/errors'
import { type Door, type DoorStream, rpcDoor, type Version } from '../doors/doors.ts'
import type { Answer } from '../doors/support.ts'
import { message, type Platform, type RpcBody } from '../platform.ts'

type Headers = Record<string, string>

/** A server, and the door through which a check calls it. */
export interface Target extends Platform {
  door: Door
}

/** A message of v1.0 with an id of its own, to an agent if one is named. */
export const messageV10 = (text: string, { agent, ...more }: { agent?: string; [key: string]: unknown } = {}) => ({
  message: {
    messageId: crypto.randomUUID(),
    role: 'ROLE_USER',
    parts: [{ text }],
    ...(agent && { metadata: { agent } }),
    ...more,
  },
})

/** The same in v0.3. */
export const messageV03 = (text: string, agent?: string) => message(text, agent ? { metadata: { agent } } : {})

/** Methods of v1.0 have names in PascalCase. */
const versionOf = (method: string): Version => (/^[A-Z]/.test(method) ? '1.0' : '0.3')

/** Methods of v0.3 are called by JSON-RPC: the other doors speak its proto, and `tests/doors` shows that they agree. */
const doorFor = ({ door }: Target, method: string): Door => (versionOf(method) === '1.0' ? door : rpcDoor)

const asked = (method: string, params: object = {}, headers: Headers = {}) => ({
  ...{ version: versionOf(method), method, headers },
  params: Object.fromEntries(Object.entries(params)),
})

export const call = (target: Target, method: string, params?: object | undefined, headers?: Headers): Promise<Answer> =>
  doorFor(target, method).call(target.url, asked(method, params, headers))

/** The result of a call that has to succeed. */
export async function resultOf(...of: Parameters<typeof call>): Promise<RpcBody> {
  const answer = await call(...of)
  const result = doorFor(of[0], of[1]).resultOf(answer)
  assert.notEqual(result, undefined, `${of[1]}: ${answer.raw}`)
  return result
}

/** What every door tells of an error. */
export interface Refusal {
  message: string
  reason: string
  domain: string
  metadata: RpcBody
  violations: { field: string; description: string }[]
}

/** gRPC writes a list in metadata as a text. */
const untexted = (value: unknown): unknown =>
  typeof value === 'string' && value.startsWith('[') ? JSON.parse(value) : value

const messageIn = ({ body, raw }: Answer): string => body?.error?.message ?? body?.message ?? raw

/** The error of a call that has to fail in this way: with the code of JSON-RPC, or the status of the other doors. */
export async function errorOf(code: ErrorCode, ...of: Parameters<typeof call>): Promise<Refusal> {
  const [target, method] = of
  const door = doorFor(target, method)
  const answer = await call(...of)
  const info = door.infoOf(answer, versionOf(method))
  const reason = code === 'EXTENDED_CARD_NOT_CONFIGURED' ? 'EXTENDED_AGENT_CARD_NOT_CONFIGURED' : code
  assert.equal(info?.reason, reason, `${method}: ${answer.raw}`)
  const status = door.statusOf(code)
  if (status === null) assert.equal(answer.body.error.code, errorCodes[code].rpc)
  else assert.equal(answer.status, status)
  const metadata = Object.fromEntries(Object.entries(info.metadata).map(([key, value]) => [key, untexted(value)]))
  return { ...info, metadata, message: messageIn(answer), violations: door.violationsOf(answer, versionOf(method)) }
}

/** Sends a message of v1.0. @returns the task. */
export const sendV10 = async (
  target: Target,
  text: string,
  more: Parameters<typeof messageV10>[1] = {},
  configuration: object = {},
): Promise<RpcBody> => (await resultOf(target, 'SendMessage', { ...messageV10(text, more), configuration })).task

/** A text that is another one over each door: gates stay open. */
export const over = ({ door }: Target, text: string): string => `${text} over ${door.name}`

/** Starts a task that ends only when the gate for its text is opened. */
export const startGated = (target: Target, text: string): Promise<RpcBody> =>
  sendV10(target, text, { agent: 'Gated' }, { returnImmediately: true })

export const follow = (target: Target, method: string, params: object, headers: Headers = {}): Promise<DoorStream> =>
  doorFor(target, method).follow(target.url, asked(method, params, headers))

/** The results that all frames of a stream carry. */
export async function framesOf(...of: Parameters<typeof follow>): Promise<RpcBody[]> {
  return (await follow(...of)).rest()
}
