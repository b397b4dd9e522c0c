import type { Json, JsonObject } from '../json.ts'

/**
 * The JSON shapes of A2A v1.0 as they travel: ProtoJSON of the specification's §4, camelCase, enums by their names, no
 * `kind`. What the official SDK makes of them is compared in `tests/wire-v10.test.ts`.
 */
export type TaskState =
  | 'TASK_STATE_SUBMITTED'
  | 'TASK_STATE_WORKING'
  | 'TASK_STATE_INPUT_REQUIRED'
  | 'TASK_STATE_AUTH_REQUIRED'
  | 'TASK_STATE_COMPLETED'
  | 'TASK_STATE_FAILED'
  | 'TASK_STATE_CANCELED'
  | 'TASK_STATE_REJECTED'

interface PartCommon {
  metadata?: JsonObject
  filename?: string
  mediaType?: string
}

/** §4.1.6: exactly one content; `raw` is base64. */
export type Part = PartCommon & ({ text: string } | { raw: string } | { url: string } | { data: Json })

export interface Message {
  messageId: string
  contextId?: string
  taskId?: string
  role: 'ROLE_USER' | 'ROLE_AGENT'
  parts: Part[]
  metadata?: JsonObject
  extensions?: string[]
  referenceTaskIds?: string[]
}

export interface Artifact {
  artifactId: string
  name?: string
  description?: string
  parts: Part[]
  metadata?: JsonObject
  extensions?: string[]
}

export interface TaskStatus {
  state: TaskState
  message?: Message
  timestamp: string
}

export interface Task {
  id: string
  contextId: string
  status: TaskStatus
  artifacts?: Artifact[]
  history?: Message[]
  metadata?: JsonObject
}

export interface TaskStatusUpdateEvent {
  taskId: string
  contextId: string
  status: TaskStatus
  metadata?: JsonObject
}

export interface TaskArtifactUpdateEvent {
  taskId: string
  contextId: string
  artifact: Artifact
  append?: boolean
  lastChunk?: boolean
  metadata?: JsonObject
}

/** One frame of a stream (§3.2.3): exactly one of its keys. */
export type StreamResponse =
  | { task: Task }
  | { statusUpdate: TaskStatusUpdateEvent }
  | { artifactUpdate: TaskArtifactUpdateEvent }

/** A JSON Web Signature over the card, with its payload left out (§8.4.2, RFC 7515 appendix F). */
export interface CardSignature {
  protected: string
  signature: string
}

/** The card of §4.4, the parts that this platform serves. */
export interface AgentCard {
  name: string
  description: string
  supportedInterfaces: { url: string; protocolBinding: string; protocolVersion: string }[]
  provider?: { organization: string; url: string }
  version: string
  capabilities: {
    streaming: boolean
    pushNotifications: boolean
    extensions: { uri: string; description: string; required?: true; params?: JsonObject }[]
    extendedAgentCard: boolean
  }
  securitySchemes?: Record<string, SecurityScheme>
  securityRequirements?: { schemes: Record<string, { list: string[] }> }[]
  defaultInputModes: string[]
  defaultOutputModes: string[]
  skills: {
    id: string
    name: string
    description: string
    tags: string[]
    examples?: string[]
    inputModes?: string[]
    outputModes?: string[]
  }[]
  signatures?: CardSignature[]
}

export type SecurityScheme =
  | { httpAuthSecurityScheme: { scheme: string } }
  | { apiKeySecurityScheme: { location: string; name: string } }
