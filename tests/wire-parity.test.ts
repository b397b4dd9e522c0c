import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LegacyRestTransportHandler } from '@a2a-js/sdk/compat/v0_3/server'
import * as card from '@codetether/protocol/v03/agent-card'
import * as wire from '@codetether/protocol/v03/wire'

/**
 * The official SDK does not export its v0.3 types by name; its transport handler has them in its signatures.
 * The comparison itself is done by `npm run check`: a difference in either direction is a type error here.
 */
type Handler = InstanceType<typeof LegacyRestTransportHandler>
type Answer<Method extends keyof Handler> = Awaited<ReturnType<Handler[Method]>>
type Yielded<Stream> = Stream extends AsyncGenerator<infer Frame, void, undefined> ? Frame : never
type OfKind<Union, Kind extends string> = Extract<Union, { kind: Kind }>

type SdkTask = Answer<'getTask'>
type SdkFrame = Yielded<Answer<'sendMessageStream'>>
type SdkMessage = OfKind<Answer<'sendMessage'>, 'message'>
type SdkArtifactEvent = OfKind<SdkFrame, 'artifact-update'>
type SdkCard = Answer<'getAuthenticatedExtendedAgentCard'>

/** `true` only if each is assignable to the other, optional properties without `undefined` included. */
type Same<Ours, Sdk> = [Ours] extends [Sdk] ? ([Sdk] extends [Ours] ? true : false) : false
/** Assignability forgives an optional property that one side lacks; the names of all properties must agree too. */
type Names<T> = T extends object ? keyof T : never
type Parity<Ours, Sdk> = [Same<Ours, Sdk>, Same<Names<Ours>, Names<Sdk>>] extends [true, true] ? 'equal' : 'different'

const parity = {
  Part: 'equal' satisfies Parity<wire.Part, SdkMessage['parts'][number]>,
  TextPart: 'equal' satisfies Parity<OfKind<wire.Part, 'text'>, OfKind<SdkMessage['parts'][number], 'text'>>,
  FilePart: 'equal' satisfies Parity<OfKind<wire.Part, 'file'>, OfKind<SdkMessage['parts'][number], 'file'>>,
  DataPart: 'equal' satisfies Parity<OfKind<wire.Part, 'data'>, OfKind<SdkMessage['parts'][number], 'data'>>,
  Message: 'equal' satisfies Parity<wire.Message, SdkMessage>,
  Artifact: 'equal' satisfies Parity<wire.Artifact, SdkArtifactEvent['artifact']>,
  TaskState: 'equal' satisfies Parity<wire.TaskStatus['state'], SdkTask['status']['state']>,
  TaskStatus: 'equal' satisfies Parity<wire.TaskStatus, SdkTask['status']>,
  Task: 'equal' satisfies Parity<wire.Task, SdkTask>,
  TaskStatusUpdateEvent: 'equal' satisfies Parity<wire.TaskStatusUpdateEvent, OfKind<SdkFrame, 'status-update'>>,
  TaskArtifactUpdateEvent: 'equal' satisfies Parity<wire.TaskArtifactUpdateEvent, SdkArtifactEvent>,
  StreamEvent: 'equal' satisfies Parity<wire.StreamEvent, SdkFrame>,
  AgentSkill: 'equal' satisfies Parity<card.AgentSkill, SdkCard['skills'][number]>,
  AgentCard: 'equal' satisfies Parity<card.AgentCard, SdkCard>,
} as const

type File = OfKind<wire.Part, 'file'>['file']
type Schemes = NonNullable<card.AgentCard['securitySchemes']>[string]
type SdkSchemes = NonNullable<SdkCard['securitySchemes']>[string]

/** What is nested in the card, whose properties `Names` does not reach. */
const nested = [
  'equal' satisfies Parity<File, OfKind<SdkMessage['parts'][number], 'file'>['file']>,
  'equal' satisfies Parity<card.AgentCard['capabilities'], SdkCard['capabilities']>,
  'equal' satisfies Parity<card.AgentCard['provider'], SdkCard['provider']>,
  'equal' satisfies Parity<card.AgentCard['signatures'], SdkCard['signatures']>,
  'equal' satisfies Parity<card.AgentCard['additionalInterfaces'], SdkCard['additionalInterfaces']>,
  'equal' satisfies Parity<Schemes, SdkSchemes>,
  'equal' satisfies Parity<
    Extract<Schemes, { type: 'oauth2' }>['flows'],
    Extract<SdkSchemes, { type: 'oauth2' }>['flows']
  >,
] as const

/** The comparison notices each kind of difference; otherwise it would hold for anything. */
const noticed = [
  'different' satisfies Parity<{ a: string }, { a: number }>,
  'different' satisfies Parity<{ a: string }, { a?: string }>,
  'different' satisfies Parity<{ a?: string }, { a?: string | undefined }>,
  'different' satisfies Parity<{ a: string }, { a: string; b?: string }>,
  'different' satisfies Parity<'a' | 'b', 'a'>,
  'different' satisfies Parity<SdkTask, SdkMessage>,
  'equal' satisfies Parity<{ a?: string }, { a?: string }>,
] as const

test('every schema of the v0.3 wire is compared with the type of the official SDK', () => {
  const schemas = [...Object.keys(wire), ...Object.keys(card)]
  assert.deepEqual(Object.keys(parity).sort(), schemas.sort())
  assert.ok(schemas.length > 10)
})

test('the comparison of types tells differences', () => {
  assert.equal(noticed.filter(verdict => verdict === 'different').length, 6)
  assert.ok(nested.every(verdict => verdict === 'equal'))
})
