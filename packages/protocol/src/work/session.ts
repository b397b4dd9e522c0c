import { z } from 'zod'
import { isObject } from '../json.ts'
import { JsonValue } from '../json-schema.ts'
import { limits } from '../limits.ts'
import { optional } from '../optional.ts'
import { CreateWork } from './create-work.ts'
import { WorkerId } from './names.ts'
import { SessionId, SessionTime } from './session-fields.ts'
import { SessionMessage } from './session-message.ts'

const text = (most: number) => optional(z.string().max(most))
const messageCount = optional(z.int().min(0).max(limits.sessionMessagesTold))

const fields = {
  title: text(limits.titleChars),
  directory: text(limits.pathChars),
  project_id: text(limits.idChars),
  projectID: text(limits.idChars),
  version: text(limits.idChars),
  summary: optional(
    JsonValue.refine(summary => JSON.stringify(summary).length <= limits.sessionSummaryChars, {
      error: `has at most ${limits.sessionSummaryChars} characters`,
    }),
  ),
  created: optional(SessionTime),
  updated: optional(SessionTime),
  time: optional(z.looseObject({ created: optional(SessionTime), updated: optional(SessionTime) })),
  messageCount,
  message_count: messageCount,
}

const Fields = z.looseObject(fields)

/** What is told of a session, beside its id. Times are milliseconds of the Unix epoch. */
const aboutOf = (given: z.output<typeof Fields>) => ({
  title: given.title ?? null,
  directory: given.directory ?? null,
  projectId: given.project_id ?? given.projectID ?? null,
  version: given.version ?? null,
  summary: given.summary ?? null,
  toldMessages: given.messageCount ?? given.message_count ?? null,
  createdAt: given.created ?? given.time?.created ?? null,
  updatedAt: given.updated ?? given.time?.updated ?? null,
})

const Session = z.looseObject({ ...fields, id: SessionId }).transform(given => ({ id: given.id, ...aboutOf(given) }))

const worker_id = optional(WorkerId)
const messages = z.array(SessionMessage).max(limits.sessionMessagesPerCall)

/** `POST …/sessions/sync`. */
export const SyncSessions = z.looseObject({
  worker_id,
  sessions: z.array(Session).max(limits.sessionsPerCall),
})

export type SyncSessions = z.output<typeof SyncSessions>

/** `POST …/sessions/{sid}/messages/sync`. */
export const SyncMessages = z.looseObject({ worker_id, messages })

export type SyncMessages = z.output<typeof SyncMessages>

/** `POST …/sessions/{sid}/ingest`: a session of some program, `source`, with messages. */
export const IngestSession = z.looseObject({
  source: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
    error: 'must be 1 to 64 lower-case letters, digits, dots, underscores or hyphens',
  }),
  worker_id,
  session: Fields.prefault({}).transform(aboutOf),
  messages: messages.default([]),
})

export type IngestSession = z.output<typeof IngestSession>

const goOn = 'Continue where you left off.'

const isBlank = (prompt: unknown): boolean =>
  prompt === undefined || prompt === null || (typeof prompt === 'string' && prompt.trim() === '')

/** `POST …/sessions/{sid}/resume`: a task like any other, whose prompt may be missing. */
export const ResumeSession = z.preprocess(
  given => (isObject(given) && isBlank(given.prompt) ? { ...given, prompt: goOn } : given),
  CreateWork,
)
