import assert from 'node:assert/strict'
import { openStream } from '../doors/sse.ts'
import { type Answer, post } from '../doors/support.ts'
import { message, type Platform, type RpcBody } from '../platform.ts'

type Headers = Record<string, string>

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

export const call = ({ url }: Platform, method: string, params?: unknown, headers: Headers = {}): Promise<Answer> =>
  post(url, { jsonrpc: '2.0', id: 1, method, params }, headers)

/** The result of a call that has to succeed. */
export async function resultOf(...of: Parameters<typeof call>): Promise<RpcBody> {
  const { body, raw } = await call(...of)
  assert.equal(body?.error, undefined, raw)
  return body.result
}

/** The error of a call that has to fail with this code. */
export async function errorOf(code: number, ...of: Parameters<typeof call>): Promise<RpcBody> {
  const { body, raw } = await call(...of)
  assert.equal(body?.error?.code, code, `${of[1]}: ${raw}`)
  return body.error
}

/** Sends a message of v1.0. @returns the task. */
export const sendV10 = async (
  platform: Platform,
  text: string,
  more: Parameters<typeof messageV10>[1] = {},
  configuration: object = {},
): Promise<RpcBody> => (await resultOf(platform, 'SendMessage', { ...messageV10(text, more), configuration })).task

/** Starts a task that ends only when the gate for its text is opened. */
export const startGated = (platform: Platform, text: string): Promise<RpcBody> =>
  sendV10(platform, text, { agent: 'Gated' }, { returnImmediately: true })

export const follow = ({ url }: Platform, method: string, params: unknown, headers: Headers = {}) =>
  openStream(url, { method, params }, headers)

/** The results that all frames of a stream carry. */
export async function framesOf(...of: Parameters<typeof follow>): Promise<RpcBody[]> {
  const stream = await follow(...of)
  return (await stream.rest()).map(({ body }) => body.result)
}
