import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SendMessageRequest, SendMessageResponse } from '@a2a-js/sdk'
import { A2AService } from '@a2a-js/sdk/server/grpc'
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js'
import { generate } from '../generate.ts'
import { ANSWER } from '../requests.ts'
import { Cutter, FrameType, frameLength, readFrame, writeFrame } from './frames.ts'
import { headerBlocks } from './header-block.ts'

type Answering = (request: SendMessageRequest, respond: sendUnaryData<SendMessageResponse>) => void

/** The official service on the official library, which answers as it is told. */
async function serve(answering: Answering) {
  const server = new Server()
  const handler = (
    call: ServerUnaryCall<SendMessageRequest, SendMessageResponse>,
    respond: sendUnaryData<SendMessageResponse>,
  ) => answering(call.request, respond)
  server.addService({ sendMessage: A2AService.sendMessage }, { sendMessage: handler })
  const { promise, resolve } = Promise.withResolvers<number>()
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_, port) => resolve(port))
  return {
    url: `http://127.0.0.1:${await promise}`,
    [Symbol.dispose]: () => server.forceShutdown(),
  }
}

const echo = (state: string) =>
  SendMessageResponse.fromJSON({
    task: { id: 't', status: { state }, artifacts: [{ artifactId: 'a', parts: [{ text: ANSWER }] }] },
  })

const plan = { connections: 6, seconds: 0.2, workload: { kind: 'SendMessage', transport: 'gRPC' } } as const

test('callers over gRPC get as many answers as the official library has given, each to a message of its own', async () => {
  const ids = new Set<string>()
  let served = 0
  using server = await serve(({ message }, respond) => {
    ids.add(message?.messageId ?? '')
    served++
    respond(null, echo('TASK_STATE_COMPLETED'))
  })
  const result = await generate({ ...plan, url: server.url }, new AbortController().signal)
  assert.deepEqual([result.errors, result.firstError, result.completed], [0, null, served])
  assert.equal(ids.size, served)
  assert.ok(served > 6)
})

test('an answer that is not right, and a refusal, are errors', async () => {
  using wrong = await serve((_, respond) => respond(null, echo('TASK_STATE_WORKING')))
  const first = await generate({ ...plan, url: wrong.url }, new AbortController().signal)
  assert.deepEqual([first.completed, first.errors > 0], [0, true])
  assert.match(first.firstError ?? '', /the task is TASK_STATE_WORKING/)
  using refusing = await serve((_, respond) => respond({ code: status.UNAVAILABLE }))
  const second = await generate({ ...plan, url: refusing.url }, new AbortController().signal)
  assert.deepEqual([second.completed, second.errors > 0], [0, true])
  assert.match(second.firstError ?? '', /status 0/)
})

test('frames are read the same wherever their bytes are cut', () => {
  const frame = { type: FrameType.data, flags: 1, stream: 7, payload: Buffer.from('hello') }
  const bytes = Buffer.concat([writeFrame(frame), writeFrame({ ...frame, stream: 9 })])
  for (let cut = 0; cut < bytes.length; cut++) {
    const cutter = new Cutter(frameLength)
    const frames = [...cutter.push(bytes.subarray(0, cut)), ...cutter.push(bytes.subarray(cut))].map(readFrame)
    assert.deepEqual(frames, [frame, { ...frame, stream: 9 }])
  }
})

test('headers are told once, and then by their numbers', () => {
  const { first, further } = headerBlocks({ ':path': '/a', te: 'trailers' })
  assert.equal(first.toString('latin1'), '\x83\x86\x44\x02/a\x40\x02te\x08trailers')
  assert.deepEqual([...further], [0x83, 0x86, 0x80 | 63, 0x80 | 62])
})
