/**
 * The messages of the v0.3.0 proto (package `a2a.v1`) in ProtoJSON: what REST carries (specification §3.2.3), and gRPC in
 * its own encoding. They differ from the JSON-RPC shapes in `wire.ts`: no `kind`, enums by their names, oneofs. A field
 * that has its default value is left out.
 */
export type TaskState =
  | 'TASK_STATE_UNSPECIFIED'
  | 'TASK_STATE_SUBMITTED'
  | 'TASK_STATE_WORKING'
  | 'TASK_STATE_COMPLETED'
  | 'TASK_STATE_FAILED'
  | 'TASK_STATE_CANCELLED'
  | 'TASK_STATE_INPUT_REQUIRED'
  | 'TASK_STATE_REJECTED'
  | 'TASK_STATE_AUTH_REQUIRED'

type Struct = Record<string, unknown>

export interface FilePart {
  /** One of the two; bytes are base64. */
  fileWithUri?: string
  fileWithBytes?: string
  mimeType?: string
}

export type Part = { text: string } | { file: FilePart } | { data: { data: Struct } }

export interface Message {
  messageId: string
  contextId?: string
  taskId?: string
  role: 'ROLE_USER' | 'ROLE_AGENT'
  content: Part[]
  metadata?: Struct
  extensions?: string[]
}

export interface Artifact {
  artifactId: string
  name?: string
  description?: string
  parts: Part[]
  metadata?: Struct
  extensions?: string[]
}

export interface TaskStatus {
  state: TaskState
  message?: Message
  timestamp?: string
}

export interface Task {
  id: string
  contextId: string
  status: TaskStatus
  artifacts?: Artifact[]
  history?: Message[]
  metadata?: Struct
}

export interface TaskStatusUpdateEvent {
  taskId: string
  contextId: string
  status: TaskStatus
  final?: true
  metadata?: Struct
}

export interface TaskArtifactUpdateEvent {
  taskId: string
  contextId: string
  artifact: Artifact
  append?: true
  lastChunk?: true
  metadata?: Struct
}

/** The answer to SendMessage. */
export type SendMessageResponse = { task: Task } | { message: Message }

/** One frame of SendStreamingMessage and TaskSubscription. */
export type StreamResponse =
  | SendMessageResponse
  | { statusUpdate: TaskStatusUpdateEvent }
  | { artifactUpdate: TaskArtifactUpdateEvent }
