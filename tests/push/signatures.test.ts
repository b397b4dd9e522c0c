import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { waitUntil } from '@codetether/testing/wait-until'
import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import { agentOf, query } from '../event-log.ts'
import { type RpcBody, startPlatform } from '../platform.ts'
import { local, newSecret, sendV03, sendV10 } from './push-calls.ts'
import { type Received, startReceiver } from './receiver.ts'

// What is verified here was sent by a real server; what verifies it is the library of Standard Webhooks.

const secret = newSecret()
let v10: Received
let v03: Received

interface Signed {
  raw: string
  headers: Record<string, string>
}

const signedParts = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const

const signedOf = ({ raw, headers }: Received): Signed => ({
  raw,
  headers: Object.fromEntries(signedParts.map(name => [name, String(headers[name])])),
})

const accepts = (given: string, { raw, headers }: Signed): boolean => {
  try {
    new Webhook(given).verify(raw, headers)
    return true
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false
    throw error
  }
}

before(async () => {
  await using receiver = await startReceiver()
  await using platform = await startPlatform({ env: local })
  const text = 'Grüße an alle: 👩‍💻 "quoted", 1.0 and\nnew lines'
  await platform.rpc('SendMessage', sendV10('Echo', { url: `${receiver.url}/v10`, token: secret }, text))
  await platform.rpc('message/send', sendV03('Echo', { url: `${receiver.url}/v03`, token: secret }, text))
  const [[one], [other]] = [await receiver.at('/v10', 1), await receiver.at('/v03', 1)]
  assert.ok(one && other)
  v10 = one
  v03 = other
})

/** Every text that differs from this one in a single bit, but for what is no text or no header any more. */
function* flipped(text: string): Generator<string> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at++)
    for (const bit of [0x01, 0x20, 0x80]) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(at) ^ bit, at)
      const read = changed.toString()
      if (Buffer.from(read).equals(changed)) yield read
    }
}

test('a notification is accepted as it came, and not with any bit of its body, id or time changed', () => {
  for (const received of [v10, v03]) {
    const signed = signedOf(received)
    assert.ok(accepts(secret, signed))
    let changes = 0
    for (const raw of flipped(signed.raw)) {
      assert.equal(accepts(secret, { ...signed, raw }), false, raw)
      changes++
    }
    assert.ok(changes > 2 * signed.raw.length)
    for (const name of ['webhook-id', 'webhook-timestamp'])
      for (const value of flipped(signed.headers[name] ?? ''))
        assert.equal(accepts(secret, { ...signed, headers: { ...signed.headers, [name]: value } }), false, value)
    for (const name of signedParts) {
      const { [name]: _, ...headers } = signed.headers
      assert.equal(accepts(secret, { ...signed, headers }), false, `without ${name}`)
    }
  }
})

test('no changed, shortened or downgraded signature is accepted', () => {
  const signed = signedOf(v10)
  const signature = signed.headers['webhook-signature'] ?? ''
  const other = signature.slice('v1,'.length)
  const wrong = [...flipped(signature), signature.slice(0, -1), `v1a,${other}`, `v2,${other}`, other, 'v1,', '']
  // The padding of base64 has bits that mean nothing: what decodes to the same bytes is the same signature.
  const bytes = Buffer.from(other, 'base64')
  const isSame = (given: string) => given.startsWith('v1,') && Buffer.from(given.slice(3), 'base64').equals(bytes)
  for (const value of wrong.filter(given => !isSame(given)))
    assert.equal(
      accepts(secret, { ...signed, headers: { ...signed.headers, 'webhook-signature': value } }),
      false,
      value,
    )
  assert.equal(accepts(newSecret(), signed), false)
})

test('a body that was read and written again is refused, unless it is the same text', () => {
  const signed = signedOf(v10)
  const value = JSON.parse(signed.raw)
  for (const raw of [
    JSON.stringify(value, null, 1),
    `${signed.raw}\n`,
    JSON.stringify({ ...value, z: undefined, y: 1 }),
  ])
    assert.equal(accepts(secret, { ...signed, raw }), false)
})

test('a notification is refused when it is older, or comes from further ahead, than five minutes', t => {
  const signed = signedOf(v10)
  const sentAt = Number(signed.headers['webhook-timestamp']) * 1000
  const verdicts = [-301, -299, 0, 299, 301].map(seconds => {
    t.mock.timers.enable({ apis: ['Date'], now: sentAt + seconds * 1000 })
    const isAccepted = accepts(secret, signed)
    t.mock.timers.reset()
    return isAccepted
  })
  assert.deepEqual(verdicts, [false, true, true, true, false])
})

test('a secret is replaced while notifications flow, and its receiver never refuses one', async () => {
  const [old, next] = [newSecret(), newSecret()]
  // What the receiver verifies with, and what it had to refuse.
  let known = old
  const refused: string[] = []
  await using receiver = await startReceiver((response, received) => {
    if (!accepts(known, signedOf(received))) refused.push(received.raw)
    response.writeHead(204).end()
  })
  const steps = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const talker = agentOf('Talker', async (_message, { status, reply }) => {
    for (const [index, step] of steps.entries()) {
      for (let n = 0; n < 5; n++) await status(`${index} ${n}`)
      await step.promise
    }
    await reply('done')
  })
  await using platform = await startPlatform({ agents: [talker], env: local })
  const url = `${receiver.url}/`
  const { task } = (await platform.rpc('SendMessage', sendV10('Talker', { id: 'x', url, token: old }))).result
  const register = (token: string) =>
    platform.rpc('CreateTaskPushNotificationConfig', { taskId: task.id, id: 'x', url, token })
  const isTold = async (text: string) => {
    await waitUntil(`${text} is told`, () => receiver.received.some(({ raw }) => raw.includes(`"${text}"`)))
  }
  const isIdle = async (): Promise<void> => {
    const idle = `select from push_configs c join tasks t on t.id = c.task_id
      where c.sent_seq = t.last_seq and c.lease_token is null`
    await waitUntil('all is sent', async () => (await query<RpcBody>(platform.database, idle)).length === 1)
  }
  await isTold('0 4')
  // A request that is under way is signed with the old one alone, and could come late.
  await isIdle()
  await register(`${next} ${old}`)
  steps[0]?.resolve()
  await isTold('1 0')
  known = next
  await isTold('1 4')
  steps[1]?.resolve()
  await isTold('2 0')
  await register(next)
  steps[2]?.resolve()
  await isTold('done')
  await isIdle()
  assert.deepEqual(refused, [])
  assert.ok(!accepts(old, signedOf(receiver.received.at(-1) ?? v10)))
})
