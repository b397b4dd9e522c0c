import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BURST, chunksOf, Orders, textOf } from '../peers/script.ts'
import { ChunkedResponse } from './chunked.ts'
import { inspectList, listWriter, PAGE_SIZE } from './lists.ts'
import { requestId } from './requests.ts'
import { inspectStream } from './verify-stream.ts'

const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

test('a chunked response is read the same wherever its bytes are cut', () => {
  const bytes = Buffer.from(`${head}5\r\nhello\r\n10\r\n\r\n0\r\n\r\n, world..\r\n0\r\n\r\n`)
  for (let cut = 0; cut < bytes.length; cut++) {
    const response = new ChunkedResponse()
    const pieces = [...response.push(bytes.subarray(0, cut)), ...response.push(bytes.subarray(cut))]
    assert.deepEqual(pieces.map(String), ['hello', '\r\n0\r\n\r\n, world..'])
    assert.equal(response.ended, true)
  }
})

test('a response that has not ended is not taken for one that has', () => {
  const response = new ChunkedResponse()
  response.push(Buffer.from(`${head}5\r\nhello\r\n0\r\n`))
  assert.equal(response.ended, false)
})

test('an answer that is no stream is refused with what it says', () => {
  const refusal = Buffer.from('HTTP/1.1 429 Too Many\r\ncontent-length: 4\r\n\r\nbusy')
  assert.throws(() => new ChunkedResponse().push(refusal), /no stream: .* 429 .*busy/s)
})

const frame = (result: object, id = 7) => JSON.stringify({ jsonrpc: '2.0', id, result })
const status = (state: string, taskId = 't') => frame({ statusUpdate: { taskId, status: { state } } })
const chunk = (index: number) =>
  frame({ artifactUpdate: { taskId: 't', artifact: { parts: [{ text: textOf(index) }] } } })
const submitted = frame({ task: { id: 't', status: { state: 'TASK_STATE_SUBMITTED' } } })
const working = status('TASK_STATE_WORKING')
const completed = status('TASK_STATE_COMPLETED')

test('a stream with every frame in its place passes', () => {
  assert.equal(inspectStream([submitted, working, chunk(0), chunk(1), completed], 7, 2), null)
  assert.equal(inspectStream([submitted, working, completed], 7, 0), null)
  const bare = [submitted, working, completed].map(frame => JSON.stringify(JSON.parse(frame).result))
  assert.equal(inspectStream(bare, null, 0), null)
})

test('a stream with a frame too few, out of order, of another task or another request does not pass', () => {
  assert.match(inspectStream([submitted, working, chunk(0), completed], 7, 2) ?? '', /4 frames, not 5/)
  assert.match(inspectStream([submitted, working, chunk(1), chunk(0), completed], 7, 2) ?? '', /frame 3 of 5/)
  assert.match(inspectStream([submitted, working, chunk(0), chunk(0), completed], 7, 2) ?? '', /frame 4 of 5/)
  assert.match(inspectStream([submitted, working, status('TASK_STATE_COMPLETED', 'u')], 7, 0) ?? '', /frame 3 of 3/)
  assert.match(inspectStream([submitted, working, working], 7, 0) ?? '', /frame 3 of 3/)
  assert.match(inspectStream([submitted, working, completed], 8, 0) ?? '', /answers request 7, not 8/)
})

test('a page passes if it is full, of different finished tasks and of the right total', () => {
  const page = (count: number, total: number, state = 'completed', id = 'n') => {
    const tasks = Array.from({ length: count }, (_, index) => ({ id: id === 'n' ? index : id, status: { state } }))
    return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 7, result: { tasks, totalSize: total } }))
  }
  const expected = { id: 7, total: 900 }
  assert.equal(inspectList(200, page(PAGE_SIZE, 900), expected), null)
  assert.equal(inspectList(200, page(PAGE_SIZE, 900, 'TASK_STATE_COMPLETED'), expected), null)
  assert.match(inspectList(200, page(PAGE_SIZE, 899), expected) ?? '', /899 tasks in all, not 900/)
  assert.match(inspectList(200, page(3, 900), expected) ?? '', /not a page/)
  assert.match(inspectList(200, page(PAGE_SIZE, 900, 'working'), expected) ?? '', /not completed/)
  assert.match(inspectList(200, page(PAGE_SIZE, 900, 'completed', 'same'), expected) ?? '', /twice/)
  assert.match(inspectList(503, page(PAGE_SIZE, 900), expected) ?? '', /status 503/)
})

test('a request for a listing is complete, and names its version', () => {
  const [start = '', body = ''] = listWriter('127.0.0.1:80', '/', 'ListTasks')(4).split('\r\n\r\n')
  assert.match(start, /a2a-version: 1\.0/i)
  assert.equal(Number(/content-length: (\d+)/i.exec(start)?.[1]), body.length)
  assert.deepEqual(JSON.parse(body), { jsonrpc: '2.0', id: requestId(4), method: 'ListTasks', params: {} })
  assert.doesNotMatch(listWriter('127.0.0.1:80', '/', 'tasks/list')(4), /a2a-version/i)
})

test('the burst has two artifacts, and an order is carried out whenever it comes', async () => {
  const orders = new Orders()
  const burst = await Array.fromAsync(chunksOf(BURST, orders))
  assert.deepEqual(
    burst.map(({ artifactId, text, append }) => [artifactId, text, append]),
    [
      ['artifact-0', textOf(0), false],
      ['artifact-1', textOf(1), false],
    ],
  )
  orders.give('a', 2)
  const early = Array.fromAsync(chunksOf('a', orders))
  orders.give('b', 9)
  orders.give('a', 1)
  orders.give('a', 0)
  const late = Array.fromAsync(chunksOf('a', orders))
  for (const chunks of [await early, await late]) {
    assert.deepEqual(
      chunks.map(({ text, append }) => [text, append]),
      [
        [textOf(0), false],
        [textOf(1), true],
        [textOf(2), true],
      ],
    )
  }
})
