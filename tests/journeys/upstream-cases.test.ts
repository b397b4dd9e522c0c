import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { builtInAgents } from '@codetether/agents/built-in'
import { type RpcBody, startPlatform } from '../platform.ts'
import { gatedAgent } from './gated-agent.ts'

// What the tests of the older systems expect of the legacy root: reference/features.md §58.

const gated = gatedAgent()
const platform = await startPlatform({ agents: [...builtInAgents, gated.agent] })
after(() => platform[Symbol.asyncDispose]())

interface Answer {
  status: number
  body: RpcBody
}

async function post(body: string): Promise<Answer> {
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }
  const response = await fetch(platform.url, init)
  return { status: response.status, body: await response.json() }
}

const call = (method: string, params: object, id: unknown = 'call-1') =>
  post(JSON.stringify({ jsonrpc: '2.0', id, method, params }))

const old = (content: string) => ({ message: { parts: [{ type: 'text', content }] } })

/** The answer to a text, as the older clients read it. */
async function say(content: string): Promise<string> {
  const { body } = await call('message/send', old(content))
  return body.result.message.parts[0].content
}

test('a message is answered with the id of the call, an answer and a task', async () => {
  const { status, body } = await call('message/send', old('Hello'), 'test-send-1')
  assert.deepEqual([status, body.jsonrpc, body.id], [200, '2.0', 'test-send-1'])
  assert.notEqual(body.result.message.parts[0].content, '')
  assert.equal(typeof body.result.task.id, 'string')
  assert.ok(['pending', 'working', 'completed'].includes(body.result.task.status))
})

test('five messages at once are all answered, each with its own task', async () => {
  const answers = await Promise.all(
    Array.from({ length: 5 }, (_, n) => call('message/send', old(`Concurrent message ${n}`), `concurrent-${n}`)),
  )
  assert.deepEqual(
    answers.map(({ body }) => [body.id, body.result.message.parts[0].content]),
    answers.map((_, n) => [`concurrent-${n}`, `Echo: Concurrent message ${n}`]),
  )
  assert.equal(new Set(answers.map(({ body }) => body.result.task.id)).size, 5)
})

test('tasks/get by task_id answers with the task', async () => {
  const sent = await call('message/send', old('Hello'))
  const { body } = await call('tasks/get', { task_id: sent.body.result.task.id })
  assert.deepEqual(body.result.task, sent.body.result.task)
})

test('tasks/cancel by task_id cancels a running task', async () => {
  const params = { ...old('cancel me'), metadata: { agent: 'Gated' }, configuration: { blocking: false } }
  const sent = await call('message/send', params)
  assert.equal(sent.body.result.task.status, 'working')
  const { body } = await call('tasks/cancel', { task_id: sent.body.result.task.id })
  assert.deepEqual([body.result.task.id, body.result.task.status], [sent.body.result.task.id, 'cancelled'])
  await gated.stopped('cancel me')
})

test('an unknown task is said to be not found', async () => {
  const { status, body } = await call('tasks/get', { task_id: 'non-existent-task-id' })
  assert.equal(status, 200)
  assert.match(body.error.message, /not found/i)
})

test('what is no JSON, an unknown method and a missing message have their errors', async () => {
  const answers = [await post('invalid json'), await call('unknown/method', {}), await call('message/send', {})]
  assert.deepEqual(
    answers.map(({ status, body }) => [status, body.error.code]),
    [
      [200, -32700],
      [200, -32601],
      [200, -32602],
    ],
  )
})

test('a path that nobody serves is answered with 404', async () => {
  const response = await fetch(`${platform.url}/invalid-endpoint`)
  assert.equal(response.status, 404)
  await response.body?.cancel()
})

test('message/stream is answered with 200', async () => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 's', method: 'message/stream', params: old('Stream this') })
  const response = await fetch(platform.url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
  assert.equal(response.status, 200)
  assert.match(await response.text(), /"final":true/)
})

test('every skill of the card has an id and a name, and the card says what goes in and out', async () => {
  const card: RpcBody = await (await fetch(`${platform.url}/.well-known/agent-card.json`)).json()
  assert.deepEqual([card.defaultInputModes, card.defaultOutputModes], [['text/plain'], ['text/plain']])
  for (const { id, name } of card.skills) assert.ok(id && name)
})

for (const [text, answer] of Object.entries({
  'add 15 and 27': 'Calculation: 15 add 27 = 42',
  'Calculate 15 + 27': 'Calculation: 15 add 27 = 42',
  'multiply 8 by 9': '8 multiply 9 = 72',
  '8 multiply 9': '8 multiply 9 = 72',
  'square root of 64': 'Square root of 64 = 8',
  'divide 10 by 0': 'Cannot divide by zero',
  'square root of -16': 'Cannot take square root of a negative number',
  'Calculate 100 / 4': 'The result is 25',
  'multiply 100 by 30': '= 3000',
}))
  test(`"${text}" is answered with "${answer}"`, async () => {
    assert.ok((await say(text)).includes(answer), await say(text))
  })

test('what was stored is retrieved with its case kept, and listed', async () => {
  assert.match(await say("store 'John Doe' as user_name"), /^Stored 'John Doe' with key 'user_name'/)
  assert.match(await say("store 'Blue' as favorite_color"), /^Stored 'Blue' with key 'favorite_color'/)
  assert.match(await say('retrieve user_name'), /^Retrieved 'user_name': John Doe/)
  const keys = await say('list keys')
  assert.match(keys, /^Stored keys \(2\): /)
  assert.ok(keys.includes('user_name') && keys.includes('favorite_color'), keys)
})

test('a chain of steps comes to its result', async () => {
  const sum = /= (\d+)/.exec(await say('add 100 and 50'))?.[1]
  assert.match(await say(`multiply ${sum} by 2`), /= 300\b/)
})

test('three kinds of messages at once each reach their agent', async () => {
  const texts = ['add 1 and 2', "store 'Value' as parallel", 'Just a greeting']
  const answers = await Promise.all(texts.map(say))
  for (const [index, start] of [/1 add 2 = 3/, /^Stored 'Value'/, /^Echo: Just a greeting$/].entries())
    assert.match(answers[index] ?? '', start)
})

test('what nobody understands is echoed', async () => {
  assert.equal(await say('Tell me something unknown'), 'Echo: Tell me something unknown')
})
