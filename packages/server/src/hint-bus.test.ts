import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createHintBus, type HintReceiver, receiveHints } from './hint-bus.ts'

/** A bus whose messages leave when the test says so. */
function heldBus() {
  const sent: { message: string; done: () => void }[] = []
  const bus = createHintBus('me', message => new Promise(resolve => sent.push({ message, done: resolve })))
  return { bus, sent, messages: () => sent.map(({ message }) => message) }
}

test('the first hint goes out at once, those that come meanwhile go together, each task once', async () => {
  const { bus, sent, messages } = heldBus()
  bus.send('a')
  for (const id of ['b', 'c', 'b']) bus.send(id)
  bus.sendWork()
  assert.deepEqual(messages(), ['me,a'])
  sent[0]?.done()
  await turn()
  assert.deepEqual(messages(), ['me,a', 'me,b,c,work'])
  sent[1]?.done()
  await turn()
  bus.send('d')
  assert.equal(messages().at(-1), 'me,d')
})

test('a message is never longer than PostgreSQL takes', async () => {
  const { bus, sent, messages } = heldBus()
  for (let n = 0; n < 1_000; n++) bus.send(crypto.randomUUID())
  for (let n = 0; n < sent.length; n++) {
    sent[n]?.done()
    await turn()
  }
  assert.ok(messages().every(message => message.length < 8_000))
  assert.equal(messages().flatMap(message => message.split(',').slice(1)).length, 1_000)
})

test('a message of another one is handed on, one’s own is not', async () => {
  const got: string[] = []
  const receiver: HintReceiver = {
    onTask: id => got.push(id),
    onWork: () => got.push('work!'),
    onPlace: ({ tenantId, lane }) => got.push(`lane ${lane} of ${tenantId}`),
    onActivity: key => got.push(String(key)),
    onNews: ({ workerId }, { kind, taskId }) => got.push(`${workerId}: ${kind} ${taskId}`),
  }
  receiveHints('me', 'me,a,work', receiver)
  receiveHints('me', 'other,b,work,c', receiver)
  assert.deepEqual(got.splice(0), ['b', 'work!', 'c'])
  const { bus, messages, sent } = heldBus()
  bus.sendPlace({ tenantId: 't', lane: 7 })
  bus.sendNews({ tenantId: 't', workerId: 'w:1.a' }, { kind: 'task_cancelled', taskId: 'x' })
  bus.sendActivity(5)
  sent[0]?.done()
  await turn()
  for (const message of messages()) receiveHints('somebody', `${message},hint|of a later|version`, receiver)
  assert.deepEqual(got, ['lane 7 of t', 'w:1.a: task_cancelled x', '5'])
})
