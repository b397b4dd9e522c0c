import { z } from 'zod'

/**
 * The JSON shapes of A2A v0.3.0 as they travel (specification §6), strict enough to read another server's answers.
 * The types equal those of the official SDK in both directions: `tests/wire-parity.test.ts`.
 */
const metadata = z.record(z.string(), z.unknown()).exactOptional()

export const TextPart = z.object({ kind: z.literal('text'), text: z.string(), metadata })
const FileBytes = z.object({
  bytes: z.string(),
  mimeType: z.string().exactOptional(),
  name: z.string().exactOptional(),
})
const FileUri = z.object({ uri: z.string(), mimeType: z.string().exactOptional(), name: z.string().exactOptional() })
export const FilePart = z.object({ kind: z.literal('file'), file: z.union([FileBytes, FileUri]), metadata })
export const DataPart = z.object({ kind: z.literal('data'), data: z.record(z.string(), z.unknown()), metadata })
export const Part = z.discriminatedUnion('kind', [TextPart, FilePart, DataPart])

export const Message = z.object({
  kind: z.literal('message'),
  messageId: z.string(),
  role: z.enum(['agent', 'user']),
  parts: z.array(Part),
  contextId: z.string().exactOptional(),
  taskId: z.string().exactOptional(),
  referenceTaskIds: z.array(z.string()).exactOptional(),
  extensions: z.array(z.string()).exactOptional(),
  metadata,
})

export const Artifact = z.object({
  artifactId: z.string(),
  name: z.string().exactOptional(),
  description: z.string().exactOptional(),
  parts: z.array(Part),
  extensions: z.array(z.string()).exactOptional(),
  metadata,
})

export const TaskState = z.enum([
  'submitted',
  'working',
  'input-required',
  'completed',
  'canceled',
  'failed',
  'rejected',
  'auth-required',
  'unknown',
])

export const TaskStatus = z.object({
  state: TaskState,
  message: Message.exactOptional(),
  timestamp: z.string().exactOptional(),
})

export const Task = z.object({
  kind: z.literal('task'),
  id: z.string(),
  contextId: z.string(),
  status: TaskStatus,
  history: z.array(Message).exactOptional(),
  artifacts: z.array(Artifact).exactOptional(),
  metadata,
})

export const TaskStatusUpdateEvent = z.object({
  kind: z.literal('status-update'),
  taskId: z.string(),
  contextId: z.string(),
  status: TaskStatus,
  final: z.boolean(),
  metadata,
})

export const TaskArtifactUpdateEvent = z.object({
  kind: z.literal('artifact-update'),
  taskId: z.string(),
  contextId: z.string(),
  artifact: Artifact,
  append: z.boolean().exactOptional(),
  lastChunk: z.boolean().exactOptional(),
  metadata,
})

export const StreamEvent = z.discriminatedUnion('kind', [Task, Message, TaskStatusUpdateEvent, TaskArtifactUpdateEvent])

export type Part = z.infer<typeof Part>
export type Message = z.infer<typeof Message>
export type Artifact = z.infer<typeof Artifact>
export type TaskStatus = z.infer<typeof TaskStatus>
export type Task = z.infer<typeof Task>
export type TaskStatusUpdateEvent = z.infer<typeof TaskStatusUpdateEvent>
export type TaskArtifactUpdateEvent = z.infer<typeof TaskArtifactUpdateEvent>
/** One frame of `message/stream` and `tasks/resubscribe` (specification §7.2, §7.9). */
export type StreamEvent = z.infer<typeof StreamEvent>
