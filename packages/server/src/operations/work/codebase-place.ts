import { PlatformError } from '@codetether/protocol/errors'

/** How far a reader is in the log of a task: it has the events up to `seq`, and of the next one so many of the pieces that are shown of it. */
export interface TaskPlace {
  seq: number
  part: number
}

/**
 * Where a reader of a codebase is: it has everything that transactions before `from` have written, and of tasks that others have
 * changed what is said of them. With null it had more of those than a cursor holds.
 */
export interface CodebasePlace {
  from: number
  tasks: ReadonlyMap<string, TaskPlace> | null
}

/** Tasks that one transaction changes are a hundred at most. A header has room for so many. */
const mostTasks = 120

const pattern = /^[0-9a-z]{1,11}(?:~[\w-]{22}\.[0-9a-z]{1,11}\.[0-9a-z]{1,2}){0,120}!?$/

const shortId = (id: string): string => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')

const longId = (id: string): string =>
  Buffer.from(id, 'base64url')
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** A place as the id of an event. Numbers are in base 36. */
export function writePlace({ from, tasks }: CodebasePlace): string {
  const begin = from.toString(36)
  if (tasks === null || tasks.size > mostTasks) return `${begin}!`
  let text = begin
  for (const [id, { seq, part }] of tasks) text += `~${shortId(id)}.${seq.toString(36)}.${part.toString(36)}`
  return text
}

/** Throws INVALID_PARAMS for what `writePlace` does not write. */
export function readPlace(text: string): CodebasePlace {
  if (!pattern.test(text))
    throw new PlatformError('INVALID_PARAMS', 'Last-Event-ID is not an id that this server has sent')
  const [begin = '', ...entries] = text.replace('!', '').split('~')
  const from = Number.parseInt(begin, 36)
  if (text.endsWith('!')) return { from, tasks: null }
  const places = entries.map((entry): [string, TaskPlace] => {
    const [id = '', seq = '', part = ''] = entry.split('.')
    return [longId(id), { seq: Number.parseInt(seq, 36), part: Number.parseInt(part, 36) }]
  })
  return { from, tasks: new Map(places) }
}
