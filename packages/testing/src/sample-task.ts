import type { TaskSnapshot } from '@codetether/server/store/read-tasks'
import type { TaskRow } from '@codetether/server/store/tasks'

const at = new Date('2026-03-01T12:00:00.000Z')

/** A stored task of the agent Echo, submitted a moment ago, for tests that need no database. */
export const sampleTask = (changes: Partial<TaskRow> = {}): TaskRow => ({
  tenantId: '00000000-0000-7000-8000-000000000001',
  id: '01920000-0000-7000-8000-00000000000a',
  principal: 'local',
  contextId: 'context-1',
  agent: 'Echo',
  routing: 'fallback',
  wireVersion: '0.3',
  metadata: null,
  state: 'submitted',
  statusMessage: null,
  statusSeq: 1,
  statusAt: at,
  lastSeq: 1,
  generation: 1,
  attempt: 0,
  turnSeq: 1,
  serialKey: null,
  lane: null,
  decision: null,
  workerId: null,
  lostLeases: 0,
  deadLetter: null,
  hasPush: false,
  createdAt: at,
  updatedAt: at,
  ...changes,
})

/** The same with its first message. */
export const sampleSnapshot = (
  changes: Partial<TaskRow> = {},
  { messages, artifacts = [] }: Partial<Omit<TaskSnapshot, 'task'>> = {},
): TaskSnapshot => ({
  task: sampleTask(changes),
  messages: messages ?? [{ seq: 1, message: { messageId: 'm-1', role: 'user', parts: [{ text: 'hello' }] } }],
  artifacts,
})
