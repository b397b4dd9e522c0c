import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { defineAgent } from '@codetether/agents/define-agent'
import { type Message, textOf } from '@codetether/protocol/message'
import type { RpcBody } from '../platform.ts'

/** Every path of the JSON-RPC door. */
export const rpcPaths = ['/', '/v1/a2a', '/a2a/jsonrpc'] as const

/** Two callers that may not see each other's tasks. */
export const twoTokens = 'alice:alice-secret-token,bob:bob-secret-token'
export const alice = { authorization: 'Bearer alice-secret-token' }
export const bob = { authorization: 'Bearer bob-secret-token' }

export interface Answer {
  status: number
  headers: Headers
  /** The body as it travelled. */
  raw: string
  /** The body read as JSON, or undefined if it is none. */
  body: RpcBody
}

/** What must never leave the server: stacks, SQL, names of files and of classes. */
const inside =
  /node_modules|\.[jt]s:\d|\bat (?:async )?[\w.<>]+ \(|\/work\/|file:\/\/|\bselect .* from |insert into |PlatformError|FST_ERR|SyntaxError|ZodError/i

export function assertTellsNothing(raw: string): void {
  assert.doesNotMatch(raw, inside)
}

/** One request, whose answer is checked for what no answer may contain. */
export async function exchange(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init })
  const raw = await response.text()
  assertTellsNothing(raw)
  return { status: response.status, headers: response.headers, raw, body: parsed(raw) }
}

function parsed(raw: string): RpcBody {
  try {
    return JSON.parse(raw)
  } catch {
    return undefined
  }
}

export const json = { 'content-type': 'application/json' }

/** Posts a body as it is given; an object becomes JSON. */
export const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  exchange(url, {
    method: 'POST',
    headers: { ...json, ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  })

const infoType = 'type.googleapis.com/google.rpc.ErrorInfo'

/** An error of JSON-RPC 2.0 with google.rpc.ErrorInfo, with this code and id. */
export function assertRpcError({ body, raw }: Answer, code: number, id: unknown): void {
  assert.equal(body?.error?.code, code, raw.slice(0, 500))
  assert.deepEqual(Object.keys(body).sort(), ['error', 'id', 'jsonrpc'])
  assert.equal(body.jsonrpc, '2.0')
  assert.deepEqual(body.id, id)
  assert.equal(typeof body.error.message, 'string')
  const [info] = body.error.data
  assert.equal(info['@type'], infoType)
  assert.match(info.reason, /^[A-Z_]+$/)
  assert.equal(info.domain, code > -32000 ? 'codetether' : 'a2a-protocol.org')
  assert.equal(typeof info.metadata, 'object')
}

/** A google.rpc.Status with google.rpc.ErrorInfo: the errors of all other doors. */
export function assertHttpError({ body, raw, status, headers }: Answer, code: number): void {
  assert.equal(status, code, raw.slice(0, 500))
  assert.match(headers.get('content-type') ?? '', /^application\/json/)
  assert.equal(body?.error?.code, code, raw.slice(0, 500))
  assert.equal(body.error.details[0]['@type'], infoType)
}

export interface RawAnswer {
  text: string
  /** The status of the first answer; 0 if there was none. */
  status: number
}

/** Opens a connection and says the bytes. */
export async function openSocket(url: string, bytes: string | Uint8Array = ''): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.on('error', () => undefined)
  if (bytes.length > 0) socket.write(bytes)
  return socket
}

/** Everything that the server says until it closes the connection. */
export async function readToEnd(socket: Socket): Promise<RawAnswer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  // Not `once`, which fails when the server resets the connection.
  if (!socket.closed) await new Promise(resolve => socket.once('close', resolve))
  const text = Buffer.concat(chunks).toString('latin1')
  return { text, status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0) }
}

/** Says the bytes on a connection of their own and hears what comes until the server closes it. */
export const sayRaw = async (url: string, bytes: string | Uint8Array): Promise<RawAnswer> =>
  readToEnd(await openSocket(url, bytes))

/** The lines of a request, as they travel. */
export const request = (...lines: string[]): string => `${lines.join('\r\n')}\r\n\r\n`

/** An agent that does what the test says, and is chosen for every text. */
export const agentOf = (handle: Parameters<typeof defineAgent>[0]['handle'], name = 'Prober') =>
  defineAgent({
    name,
    description: 'Does what a test says.',
    skills: [{ id: name.toLowerCase(), name, description: 'For tests.', tags: [] }],
    accepts: () => true,
    handle,
  })

/** Asks, and completes with what it is told. */
export const askingAgent = agentOf((message: Message, ctx) =>
  ctx.history.length < 2 ? ctx.ask('What?') : ctx.reply(textOf(message.parts)),
)
