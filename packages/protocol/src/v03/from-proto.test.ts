import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromProtoMessage, fromProtoSendRequest, protoFieldName } from './from-proto.ts'
import { SendParams } from './params.ts'

const message = { messageId: 'm-1', role: 'ROLE_USER', content: [{ text: 'hello' }] }
const fieldsOf = (request: unknown): string[] =>
  (SendParams.safeParse(fromProtoSendRequest(request)).error?.issues ?? []).map(issue => issue.path.join('.'))
const partsOf = (content: unknown) =>
  SendParams.parse(fromProtoSendRequest({ message: { ...message, content } })).message.message.parts

test('a request of the proto becomes the params of message/send', () => {
  const request = {
    message: { ...message, contextId: 'c-1', taskId: '', metadata: { a: 1 }, extensions: ['e'] },
    configuration: { acceptedOutputModes: ['text/plain'], historyLength: 3, blocking: true },
    metadata: { agent: 'echo' },
  }
  assert.deepEqual(fromProtoSendRequest(request), {
    message: {
      kind: 'message',
      messageId: 'm-1',
      contextId: 'c-1',
      metadata: { a: 1 },
      extensions: ['e'],
      role: 'user',
      parts: [{ kind: 'text', text: 'hello' }],
    },
    configuration: { acceptedOutputModes: ['text/plain'], blocking: true, historyLength: 3 },
    metadata: { agent: 'echo' },
  })
})

test('the names of the proto are read too, numbers as strings, enums as numbers, and null is not set', () => {
  const request = {
    request: { message_id: 'm-1', context_id: 'c-1', role: 1, content: message.content, metadata: null },
    configuration: { accepted_output_modes: ['text/plain'], history_length: '7', push_notification: null },
  }
  const { message: read, configuration } = SendParams.parse(fromProtoSendRequest(request))
  assert.deepEqual([read.message.messageId, read.contextId, read.oldShape], ['m-1', 'c-1', false])
  assert.deepEqual(configuration, { acceptedOutputModes: ['text/plain'], historyLength: 7, blocking: false })
})

test('a configuration that does not say blocking does not block, and a history of 0 has no limit', () => {
  assert.deepEqual(fromProtoSendRequest({ message, configuration: { historyLength: 0 } }), {
    message: fromProtoMessage(message),
    configuration: { blocking: false },
  })
  assert.deepEqual(fromProtoSendRequest({ message }), { message: fromProtoMessage(message) })
})

test('parts of each kind are read, bytes in either alphabet, and those of JSON-RPC too', () => {
  const file = { fileWithBytes: '-_-_', mimeType: 'image/png', name: 'a.png' }
  const parts = [
    { text: '' },
    { data: { data: { a: 1 } } },
    { data: {} },
    { file },
    { file: { file_with_uri: 'https://a.example/' } },
  ]
  const read = [
    { text: '' },
    { data: { a: 1 } },
    { data: {} },
    { raw: '+/+/', mediaType: 'image/png', filename: 'a.png' },
    { url: 'https://a.example/' },
  ]
  assert.deepEqual(partsOf(parts), read)
  assert.deepEqual(partsOf([{ kind: 'text', text: 'hello' }]), [{ text: 'hello' }])
  const old = { messageId: 'm-1', role: 'user', parts: [{ kind: 'text', text: 'hello' }] }
  assert.equal(SendParams.parse(fromProtoSendRequest({ message: old })).message.oldShape, false)
})

const bad: [what: string, request: unknown, fields: string[]][] = [
  ['nothing', {}, ['message']],
  ['a list', [], ['']],
  ['a message that is none', { message: 'hello' }, ['message']],
  ['the role of agents', { message: { ...message, role: 'ROLE_AGENT' } }, ['message.role']],
  ['no role of the enum', { message: { ...message, role: 'ROLE_UNSPECIFIED' } }, ['message.role']],
  ['no parts', { message: { ...message, content: [] } }, ['message.parts']],
  ['content that is no list', { message: { ...message, content: { text: 'a' } } }, ['message.parts']],
  [
    'a part with two contents',
    { message: { ...message, content: [{ text: 'a', data: { data: {} } }] } },
    ['message.parts.0'],
  ],
  ['a part without content', { message: { ...message, content: [{}] } }, ['message.parts.0']],
  ['a part that is none', { message: { ...message, content: ['a'] } }, ['message.parts.0']],
  [
    'a file in two ways',
    { message: { ...message, content: [{ file: { fileWithUri: 'a:b', fileWithBytes: 'aGk=' } }] } },
    ['message.parts.0.file'],
  ],
  [
    'bytes that are not base64',
    { message: { ...message, content: [{ file: { fileWithBytes: '!' } }] } },
    ['message.parts.0.file.bytes'],
  ],
  ['data that is not wrapped', { message: { ...message, content: [{ data: { a: 1 } }] } }, ['message.parts.0']],
  ['a negative history', { message, configuration: { historyLength: -1 } }, ['configuration.historyLength']],
  ['blocking in words', { message, configuration: { blocking: 'yes' } }, ['configuration.blocking']],
]

for (const [what, request, fields] of bad)
  test(`${what} is refused by its field`, () => assert.deepEqual(fieldsOf(request), fields))

test('fields are named as in the proto', () => {
  assert.equal(protoFieldName('message.parts.0.file.bytes'), 'message.content.0.file.fileWithBytes')
  assert.equal(protoFieldName('message.parts'), 'message.content')
  assert.equal(protoFieldName('message.messageId'), 'message.messageId')
  assert.equal(protoFieldName('configuration.pushNotificationConfig.url'), 'configuration.pushNotification.url')
})
