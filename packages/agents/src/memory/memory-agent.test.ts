import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { memoriesInMemory, replyTo } from '../testing/recording-context.ts'
import { memoryAgent } from './memory-agent.ts'

/** The replies to a conversation with one memory. */
const conversation = async (...texts: string[]): Promise<string[]> => {
  const memories = memoriesInMemory()
  const replies: string[] = []
  for (const text of texts) replies.push(await replyTo(memoryAgent, text, memories))
  return replies
}

test('a value is stored, retrieved, listed and deleted with its case kept', async () => {
  assert.deepEqual(
    await conversation(
      'store John Doe as user_name',
      "Remember 'Blue' as color",
      'retrieve user_name',
      'list keys',
      'delete user_name',
      'retrieve user_name',
      'delete user_name',
      'forget color',
      'list',
    ),
    [
      "Stored 'John Doe' with key 'user_name'",
      "Stored 'Blue' with key 'color'",
      "Retrieved 'user_name': John Doe",
      'Stored keys (2): user_name, color',
      "Deleted 'user_name'",
      "No value stored under 'user_name'",
      "No value stored under 'user_name'",
      "Deleted 'color'",
      'No stored keys',
    ],
  )
})

test('storing under a known key replaces the value', async () => {
  assert.deepEqual((await conversation('store 1 as n', 'store 2 as n', 'get n', 'show keys')).slice(2), [
    "Retrieved 'n': 2",
    'Stored keys (1): n',
  ])
})

const stored: Record<string, [value: string, key: string]> = {
  "store 'John Doe' as user_name": ['John Doe', 'user_name'],
  'store "John Doe" as "user name"': ['John Doe', 'user name'],
  'Save “John Doe” as ‘user_name’.': ['John Doe', 'user_name'],
  'store blue as favorite color': ['blue', 'favorite color'],
  'please store blue as Color!': ['blue', 'Color'],
  "store 'run as root' as mode": ['run as root', 'mode'],
  'store run as root as mode': ['run as root', 'mode'],
  "store x as 'run as root'": ['x', 'run as root'],
  "store it's fine as mood": ["it's fine", 'mood'],
  "store 'it's fine' as mood": ["it's fine", 'mood'],
  "store 'a' and 'b' as pair": ["'a' and 'b'", 'pair'],
  "store blue as mom's color": ['blue', "mom's color"],
  'store two\nlines AS text': ['two\nlines', 'text'],
  'memory store 42 as answer': ['42', 'answer'],
  'Memory: remember 42 as answer': ['42', 'answer'],
}

for (const [text, [value, key]] of Object.entries(stored)) {
  test(`${JSON.stringify(text)} stores ${JSON.stringify(value)} under ${JSON.stringify(key)}`, async () => {
    assert.deepEqual(await conversation(text, `retrieve "${key}"`), [
      `Stored '${value}' with key '${key}'`,
      `Retrieved '${key}': ${value}`,
    ])
  })
}

test('the synonyms of retrieve, delete and list are understood by an agent that is addressed', async () => {
  for (const text of ['retrieve k', 'recall k', 'get k', 'Get "k"?', 'memory get k', 'Recall k.'])
    assert.equal((await conversation('store v as k', text))[1], "Retrieved 'k': v", text)
  for (const text of ['delete k', 'remove k', 'forget k', "FORGET 'k'"])
    assert.equal((await conversation('store v as k', text))[1], "Deleted 'k'", text)
  for (const text of [
    'list',
    'show',
    'list keys',
    'show keys',
    'show stored keys',
    'List all memories.',
    'memory list',
  ])
    assert.equal((await conversation('store v as k', text))[1], 'Stored keys (1): k', text)
})

test('what the agent does not understand is answered with what it does', async () => {
  const texts = [
    '',
    'hello',
    'store',
    'store x',
    'store as k',
    "store '' as k",
    'retrieve',
    'list files',
    'listen',
    'toString x',
  ]
  for (const text of texts) assert.match(await replyTo(memoryAgent, text), /^I store, retrieve, list and delete/, text)
})

test('keys and values beyond the limits are refused with a sentence and not stored', async () => {
  const key = 'k'.repeat(limits.memoryKeyChars)
  const value = 'ü'.repeat(limits.memoryValueBytes / 2)
  const [atLimit, longKey, largeValue, list] = await conversation(
    `store ${value} as ${key}`,
    `store v as ${key}k`,
    `store ${value}! as k`,
    'list',
  )
  assert.match(atLimit ?? '', /^Stored/)
  assert.match(longKey ?? '', /key is too long: keys have up to 256 characters/)
  assert.match(largeValue ?? '', /value is too large: I store up to 65536 bytes/)
  assert.equal(list, `Stored keys (1): ${key}`)
})

test('a full memory is answered with its sentence, every other error passes', async () => {
  const failing = (error: Error) => ({ ...memoriesInMemory(), set: () => Promise.reject(error) })
  const full = failing(new PlatformError('TOO_LARGE', 'you have 1000 memories already'))
  assert.equal(
    await replyTo(memoryAgent, 'store v as k', full),
    'I could not store that: you have 1000 memories already',
  )
  const lost = failing(new PlatformError('LEASE_LOST', 'another process has taken the task over'))
  await assert.rejects(replyTo(memoryAgent, 'store v as k', lost), { code: 'LEASE_LOST' })
})

const accepted = [
  'store John Doe as user_name',
  "store 'John Doe' as user_name",
  'Store “any text at all” as note.',
  'store test value as demo_key',
  'store hello as greeting',
  'store jane@example.com as email_address',
  'store 3.14 as pi',
  'remember blue as favorite_color',
  'Remember Alice as reviewer',
  'store "x" as "my key"',
  'retrieve user_name',
  'Recall demo_key.',
  'please retrieve userName',
  'retrieve "user name"',
  'store "x y" as my-key',
  'forget demo_key',
  'list keys',
  'show stored keys',
  'List all memories',
  'memory list',
  'memory get user_name',
  'Memory: delete notes',
  'memory store the plan as json',
]

for (const text of accepted) {
  test(`"${text}" is the Memory agent's without a target`, () => assert.equal(memoryAgent.accepts(text), true))
}

const understoodOnly = [
  'get user_name',
  'delete user_name',
  'remove user_name',
  'save blue as color',
  'list',
  'show',
  'list all',
  'retrieve logs',
  'retrieve data',
  'recall it',
  'forget everything',
  'forget it',
  'store passwords as hashes',
  'store price as cents',
  'store user IDs as uuid',
  'store state as json',
  "store 'created_at' as string",
  'store date as UTC',
  'store it as note',
  'store src/foo.ts as backup_copy',
  'store config.json as fallback_config',
  'store x => x + 1 as increment',
  'store blue as favorite color',
  'store two\nlines as note',
  'remember the deadline as friday',
]

for (const text of understoodOnly) {
  test(`${JSON.stringify(text)} is the Memory agent's only with a target`, async () => {
    assert.equal(memoryAgent.accepts(text), false)
    assert.doesNotMatch(await replyTo(memoryAgent, text), /^I store, retrieve/)
  })
}
