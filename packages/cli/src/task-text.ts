import type { Message, Part, Task } from '@codetether/protocol/v03/wire'

const partText = (part: Part): string => {
  if (part.kind === 'text') return part.text
  if (part.kind === 'data') return JSON.stringify(part.data)
  const { name, mimeType } = part.file
  return `[file ${name ?? ('uri' in part.file ? part.file.uri : '')}${mimeType === undefined ? '' : ` ${mimeType}`}]`
}

/** Parts as a person reads them. */
export const partsText = (parts: readonly Part[]): string => parts.map(partText).join('\n')

const lastAgentMessage = (task: Task): Message | undefined =>
  task.status.message ?? task.history?.findLast(message => message.role === 'agent')

/** The artifacts of a task so far. */
export const artifactsText = ({ artifacts = [] }: Task): string =>
  artifacts
    .map(({ parts }) => partsText(parts))
    .filter(text => text !== '')
    .join('\n')

/** What the agent answered: its artifacts and its last message, each text once. */
export const answerText = (result: Task | Message): string => {
  if (result.kind === 'message') return partsText(result.parts)
  const artifacts = (result.artifacts ?? []).map(({ parts }) => partsText(parts))
  const remark = partsText(lastAgentMessage(result)?.parts ?? [])
  return [...new Set([...artifacts, remark])].filter(text => text !== '').join('\n')
}

/** A task as lines for a person. */
export const describeTask = (task: Task): string => {
  const answer = answerText(task)
  const lines = [
    ['task', task.id],
    ['state', task.status.state],
    ['context', task.contextId],
    ['updated', task.status.timestamp ?? ''],
  ]
  const facts = lines.map(([name = '', value]) => `${name.padEnd(8)} ${value}`)
  return [...facts, ...(answer === '' ? [] : ['', answer])].join('\n')
}
