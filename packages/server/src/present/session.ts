import type { SessionMessageRow } from '../store/session-messages.ts'
import type { SessionRow, Usage } from '../store/sessions.ts'

const presentTokens = (usage: Usage) => ({
  input: usage.inputTokens,
  output: usage.outputTokens,
  reasoning: usage.reasoningTokens,
  cache: { read: usage.cacheReadTokens, write: usage.cacheWriteTokens },
})

/** A session as its owner sees it. `messageCount` is how many messages it has where it lives, `messages_synced` how many are here. */
export const presentSession = (session: SessionRow) => ({
  id: session.id,
  session_id: session.id,
  codebase_id: session.codebaseId,
  workspace_id: session.codebaseId,
  context_id: session.serialKey ?? session.id,
  title: session.title,
  directory: session.directory,
  project_id: session.projectId,
  version: session.version,
  summary: session.summary,
  source: session.source,
  worker_id: session.workerId,
  messageCount: Math.max(session.toldMessages ?? 0, session.messageCount),
  messages_synced: session.messageCount,
  cost: session.cost,
  tokens: presentTokens(session),
  created: session.createdAt.toISOString(),
  updated: session.updatedAt.toISOString(),
})

const textOf = ({ parts }: SessionMessageRow): string =>
  parts.flatMap(({ type, text }) => (type === 'text' && typeof text === 'string' ? [text] : [])).join('\n')

/** A message of a session; `content` is the text of its parts. Times of `time` are milliseconds, as OpenCode has them. */
export const presentSessionMessage = (message: SessionMessageRow, sessionId: string) => ({
  id: message.id,
  session_id: sessionId,
  role: message.role,
  parent_id: message.parentId,
  agent: message.agent,
  model: message.model,
  cost: message.cost,
  tokens: presentTokens(message),
  error: message.error,
  content: textOf(message),
  parts: message.parts,
  time: {
    created: message.createdAt.getTime(),
    ...(message.completedAt && { completed: message.completedAt.getTime() }),
  },
  created_at: message.createdAt.toISOString(),
})
