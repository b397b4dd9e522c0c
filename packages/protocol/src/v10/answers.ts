import { z } from 'zod'
import { wireStates } from './task-state.ts'

/**
 * What servers of A2A v1.0 answer (§4.1, §4.2), strict enough to read another server's ProtoJSON: a field that has its
 * default value may be missing, null or written out.
 */
const text = z.string()
const optionalText = text.nullish()
const metadata = z.record(z.string(), z.unknown()).nullish()
const texts = z.array(text).nullish()

const contents = ['text', 'raw', 'url', 'data'] as const

/** §4.1.6: exactly one content. `data` is any JSON, so its key tells that it is there. */
const Part = z
  .looseObject({
    text: text.optional(),
    raw: text.optional(),
    url: text.optional(),
    metadata,
    filename: optionalText,
    mediaType: optionalText,
  })
  .refine(part => contents.filter(key => key in part).length === 1, 'needs exactly one of text, raw, url and data')

const Message = z.object({
  messageId: text,
  contextId: optionalText,
  taskId: optionalText,
  role: z.enum(['ROLE_USER', 'ROLE_AGENT']),
  parts: z.array(Part),
  metadata,
  extensions: texts,
  referenceTaskIds: texts,
})

const Artifact = z.object({
  artifactId: text,
  name: optionalText,
  description: optionalText,
  parts: z.array(Part),
  metadata,
  extensions: texts,
})

const TaskState = z.enum([...Object.values(wireStates), 'TASK_STATE_UNSPECIFIED'])

const TaskStatus = z.object({ state: TaskState, message: Message.nullish(), timestamp: optionalText })

export const Task = z.object({
  id: text.min(1),
  contextId: optionalText,
  status: TaskStatus,
  artifacts: z.array(Artifact).nullish(),
  history: z.array(Message).nullish(),
  metadata,
})

const ids = { taskId: text, contextId: optionalText }
const StatusUpdate = z.object({ ...ids, status: TaskStatus, metadata })
const ArtifactUpdate = z.object({
  ...{ ...ids, artifact: Artifact, metadata },
  append: z.boolean().nullish(),
  lastChunk: z.boolean().nullish(),
})

/** §3.1.1: a task or a message. */
export const SendMessageResponse = z.union([z.object({ task: Task }), z.object({ message: Message })])

/** One frame of a stream (§3.2.3). */
export const StreamResponse = z.union([
  z.object({ task: Task }),
  z.object({ message: Message }),
  z.object({ statusUpdate: StatusUpdate }),
  z.object({ artifactUpdate: ArtifactUpdate }),
])

/** §3.1.4. */
export const ListTasksResponse = z.object({
  tasks: z.array(Task),
  nextPageToken: text,
  pageSize: z.int(),
  totalSize: z.int(),
})

export type Part = z.infer<typeof Part>
export type Message = z.infer<typeof Message>
export type Artifact = z.infer<typeof Artifact>
export type TaskStatus = z.infer<typeof TaskStatus>
export type Task = z.infer<typeof Task>
export type StatusUpdate = z.infer<typeof StatusUpdate>
export type ArtifactUpdate = z.infer<typeof ArtifactUpdate>
