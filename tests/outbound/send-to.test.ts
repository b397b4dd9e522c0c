import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { builtInAgents } from '@codetether/agents/built-in'
import { type AgentContext, defineAgent } from '@codetether/agents/define-agent'
import type { SendToOptions } from '@codetether/agents/peer'
import { PlatformError } from '@codetether/protocol/errors'
import { hopsUri } from '@codetether/protocol/hops'
import { type Message, textOf } from '@codetether/protocol/message'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { gatedAgent } from '../journeys/gated-agent.ts'
import { type Platform, type RpcBody, rpc, startPlatform } from '../platform.ts'
import { startSdkAgent } from './sdk-agent.ts'
import { waitingAgent } from './waiting-agent.ts'

const env = { A2A_OUTBOUND_ALLOW: '127.0.0.1', A2A_GRPC_PORT: '0' }
const demoSkill = { id: 'ask', name: 'Ask', description: 'Asks another agent.', tags: ['test'] }

/** An agent whose handler is the test's. */
const agentOf = (name: string, handle: (message: Message, ctx: AgentContext) => Promise<void>) =>
  defineAgent({ name, description: 'Of a test.', skills: [demoSkill], handle })

/** Asks what the metadata of the message says, and answers with what it hears. */
const asker = agentOf('Asker', async (message, ctx) => {
  const { url, options = {} } = JSON.parse(textOf(message.parts))
  const answer = await ctx.sendTo(url, 'Calculate 25 * 4', options)
  await ctx.reply(`${answer.state}: ${answer.text}`)
})

const gated = gatedAgent()
const sdk = await startSdkAgent()
const peer = await startPlatform({ agents: [...builtInAgents, gated.agent], env })
const platform = await startPlatform({ agents: [asker], env })
after(async () => {
  await platform[Symbol.asyncDispose]()
  await peer[Symbol.asyncDispose]()
  await sdk[Symbol.asyncDispose]()
})

const messageTo = (agent: string, text: string, metadata: object = {}) => ({
  message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }], metadata: { agent, ...metadata } },
})
const wordsOf = (task: RpcBody): string => task.status.message?.parts.map((part: RpcBody) => part.text).join('') ?? ''

/** What the agent Asker makes of a peer. */
async function asked(of: Platform, url: string, options: SendToOptions = {}): Promise<{ state: string; text: string }> {
  const { result } = await of.rpc('SendMessage', messageTo('Asker', JSON.stringify({ url, options })))
  return { state: result.task.status.state, text: wordsOf(result.task) }
}

const tasksOf = async ({ rpc }: Platform): Promise<RpcBody[]> =>
  (await rpc('ListTasks', { pageSize: 100, historyLength: 5 })).result.tasks

describe('an agent asks another', () => {
  for (const version of ['1.0', '0.3'] as const)
    for (const transport of ['JSONRPC', 'HTTP+JSON', 'GRPC'] as const)
      test(`by A2A ${version} over ${transport}, on a server of ours and one of the official SDK`, async () => {
        const [ours, theirs] = await Promise.all([
          asked(platform, peer.url, { version, transport, agent: 'Calculator' }),
          asked(platform, sdk.url, { version, transport }),
        ])
        assert.match(ours.text, /^completed: .*100/)
        assert.equal(theirs.text, 'completed: Echo: Calculate 25 * 4')
      })

  test('and hears what happens there', async () => {
    const heard: string[] = []
    const listening = agentOf('Listening', async (_message, ctx) => {
      const onUpdate: SendToOptions['onUpdate'] = update =>
        void heard.push(update.kind === 'status' ? String(update.state) : textOf(update.artifact.parts))
      const { contextId } = await ctx.sendTo(sdk.url, '?', { onUpdate })
      await ctx.reply(contextId ?? '')
    })
    await using own = await startPlatform({ agents: [listening], env })
    await own.rpc('SendMessage', messageTo('Listening', 'x'))
    assert.deepEqual(heard, ['submitted', 'working', 'input-required'])
  })
})

test('a pure agent asks nobody', async () => {
  const pure = { ...asker, pure: true }
  await using own = await startPlatform({ agents: [pure], env })
  assert.match((await asked(own, peer.url)).text, /failed: a pure agent asks nobody/)
})

describe('addresses, credentials and signatures', () => {
  test('a private address is refused unless it is allowed, before anything is sent', async () => {
    await using guarded = await startPlatform({ agents: [asker] })
    for (const url of [peer.url, 'http://169.254.169.254/', 'https://[::1]/', 'file:///etc/passwd', 'no url'])
      assert.match((await asked(guarded, url)).text, /agent Asker failed: (must|the URL must|the address)/, url)
  })

  test('credentials of the configuration go to their origin', async () => {
    await using wary = await startPlatform({ env: { ...env, A2A_AUTH_TOKENS: 'us:the-token-of-us' } })
    const refused = await asked(platform, wary.url)
    assert.match(refused.text, /answers: .*(token|credentials)/i)
    const credentials = `${wary.url}=bearer:the-token-of-us`
    await using trusted = await startPlatform({ agents: [asker], env: { ...env, A2A_PEER_CREDENTIALS: credentials } })
    for (const transport of ['JSONRPC', 'GRPC'] as const)
      assert.match((await asked(trusted, wary.url, { transport })).text, /^completed: .*100/)
    await using keyed = await startPlatform({
      env: { ...env, A2A_AUTH_TOKENS: 'us:the-token-of-us', A2A_AUTH_HEADER: 'X-API-Key' },
    })
    const key = `${keyed.url}=key:X-API-Key:the-token-of-us`
    await using known = await startPlatform({ agents: [asker], env: { ...env, A2A_PEER_CREDENTIALS: key } })
    assert.match((await asked(known, keyed.url)).text, /^completed: .*100/)
  })

  test('an agent whose card is not signed is not asked, where that is demanded', async () => {
    await using directory = await temporaryDirectory()
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const inside = (name: string) => join(directory.path, name)
    const [key, good, bad] = [inside('key.pem'), inside('good.json'), inside('bad.json')] as const
    await writeFile(key, privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    await writeFile(good, JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }))
    await writeFile(bad, JSON.stringify({ keys: [other.export({ format: 'jwk' })] }))
    await using signed = await startPlatform({ env: { ...env, A2A_CARD_KEYS: key } })
    assert.match((await asked(platform, peer.url, { requireSigned: true })).text, /is not signed/)
    assert.match((await asked(platform, signed.url, { requireSigned: true })).text, /^completed/)
    for (const [keys, expected] of [
      [good, /^completed/],
      [bad, /has no valid signature/],
    ] as const) {
      const demanding = { ...env, A2A_PEER_REQUIRE_SIGNED: 'true', A2A_PEER_CARD_KEYS: keys }
      await using own = await startPlatform({ agents: [asker], env: demanding })
      assert.match((await asked(own, signed.url)).text, expected)
    }
  })
})

describe('loops', () => {
  test('of agents that ask each other end with a typed error', async () => {
    const other = new Map<string, string>()
    let runs = 0
    const looping = (name: string) =>
      agentOf(name, async (message, ctx) => {
        runs += 1
        const answer = await ctx.sendTo(other.get(name) ?? '', message.parts)
        if (answer.state === 'failed') throw new PlatformError('INVALID_AGENT_RESPONSE', textOf(answer.parts))
      })
    const loopEnv = { ...env, A2A_MAX_HOPS: '3' }
    await using one = await startPlatform({ agents: [looping('One')], env: loopEnv })
    await using two = await startPlatform({ agents: [looping('Two')], env: loopEnv })
    other.set('One', `${two.url}/agents/two`).set('Two', `${one.url}/agents/one`)
    const { result } = await one.rpc('SendMessage', messageTo('One', 'round and round'))
    assert.equal(result.task.status.state, 'TASK_STATE_FAILED')
    assert.match(wordsOf(result.task), /the message has come over 4 agents: do they ask each other in a loop\?/)
    assert.equal(runs, 4)
  })

  test('that another server lets go too far end at the door, in one typed error', async () => {
    const over = await platform.rpc('SendMessage', messageTo('Asker', 'x', { [hopsUri]: 9 }))
    assert.deepEqual([over.error.code, over.error.data[0].reason], [-31409, 'TOO_MANY_HOPS'])
    for (const strange of ['1', -1, 0.5]) {
      const { error } = await platform.rpc('SendMessage', messageTo('Asker', 'x', { [hopsUri]: strange }))
      assert.equal(error.code, -32602, String(strange))
    }
  })
})

/** Sends to the gated agent of the peer, whose task begins there. */
const gatedTask = (text: string): Promise<RpcBody> =>
  waitUntil(`the task “${text}” is there`, async () =>
    (await tasksOf(peer)).find(({ history }: RpcBody) => JSON.stringify(history).includes(text)),
  )

describe('work at another agent', () => {
  const waiting = (text: string, options: SendToOptions = {}) => waitingAgent(peer.url, text, options)
  const start = async (url: string): Promise<string> => {
    const { message } = messageTo('Waiting', 'x')
    const params = { message, configuration: { returnImmediately: true } }
    const { result } = await rpc(url, { method: 'SendMessage', params })
    return result.task.id
  }

  test('ends when the task is canceled for which it is done', async () => {
    await using own = await startPlatform({ agents: [waiting('to be canceled')], env })
    const id = await start(own.url)
    await gatedTask('to be canceled')
    await own.rpc('CancelTask', { id })
    await gated.stopped('to be canceled')
    assert.equal((await gatedTask('to be canceled')).status.state, 'TASK_STATE_CANCELED')
  })

  test('ends when it takes too long, and the task fails with the reason', async () => {
    await using own = await startPlatform({ agents: [waiting('too long', { timeoutMs: 1_500 })], env })
    const { result } = await own.rpc('SendMessage', messageTo('Waiting', 'x'))
    assert.match(wordsOf(result.task), /has not answered within 1\.5 s/)
    await gated.stopped('too long')
    assert.equal((await gatedTask('too long')).status.state, 'TASK_STATE_CANCELED')
  })

  test('goes on when its server stops, and is not done twice when the task is run again', async () => {
    await using database = await testDatabase()
    let id = ''
    {
      await using own = await startPlatform({ agents: [waiting('only once')], env, database })
      id = await start(own.url)
      await gatedTask('only once')
    }
    await using again = await startPlatform({ agents: [waiting('only once')], env, database })
    gated.open('only once')
    await waitUntil(
      'the task is done',
      async () => (await again.rpc('GetTask', { id })).result.status.state === 'TASK_STATE_COMPLETED',
    )
    const { result } = await again.rpc('GetTask', { id })
    assert.equal(wordsOf(result), 'opened: only once')
    const tasks = await tasksOf(peer)
    assert.equal(tasks.filter(task => JSON.stringify(task.history).includes('only once')).length, 1)
  })

  test('is not done twice when the server is killed and another one goes on with the task', async () => {
    await using database = await testDatabase()
    const { app, secret } = database
    const given = [JSON.stringify({ app, secret }), JSON.stringify(env), peer.url, 'only once, killed']
    const child = fork(fileURLToPath(new URL('waiting-process.ts', import.meta.url)), given)
    using _ = { [Symbol.dispose]: () => void child.kill('SIGKILL') }
    const [url] = await once(child, 'message')
    const id = await start(String(url))
    await gatedTask('only once, killed')
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    await using again = await startPlatform({ agents: [waiting('only once, killed')], env, database })
    const task = async () => (await again.rpc('GetTask', { id })).result
    gated.open('only once, killed')
    await waitUntil('the task is done', async () => (await task()).status.state === 'TASK_STATE_COMPLETED')
    assert.equal(wordsOf(await task()), 'opened: only once, killed')
    const tasks = await tasksOf(peer)
    assert.equal(tasks.filter(one => JSON.stringify(one.history).includes('only once, killed')).length, 1)
  })

  test('is asked for under one message id in every attempt, and under another in each call', async () => {
    let attempts = 0
    const failing = agentOf('Failing', async (_message, ctx) => {
      attempts += 1
      await ctx.sendTo(peer.url, 'twice in order', { agent: 'Echo' })
      await ctx.sendTo(peer.url, 'twice in order', { agent: 'Echo' })
      await ctx.sendTo(peer.url, 'named', { agent: 'Echo', key: 'a name' })
      if (attempts === 1) throw new PlatformError('UNAVAILABLE', 'not yet')
      await ctx.reply('done')
    })
    await using own = await startPlatform({ agents: [failing], env })
    const { result } = await own.rpc('SendMessage', messageTo('Failing', 'x'))
    assert.deepEqual([result.task.status.state, attempts], ['TASK_STATE_COMPLETED', 2])
    const texts = (await tasksOf(peer)).map(task => JSON.stringify(task.history))
    assert.equal(texts.filter(text => text.includes('twice in order')).length, 2)
    assert.equal(texts.filter(text => text.includes('named')).length, 1)
  })
})
