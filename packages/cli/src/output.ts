import { once } from 'node:events'
import { styleText } from 'node:util'
import type { Io, OutputOptions } from './io.ts'

export type Style = Parameters<typeof styleText>[0]

/** Where a command says what it found. Results go to standard output, everything else to standard error. */
export interface Output {
  json: boolean
  /** The one result: a JSON document, or text for a person. */
  result(document: unknown, text: () => string): Promise<void>
  /** One of many results as they come: a line of JSON, or text as it is, without a line break of its own. */
  item(document: unknown, text: string): Promise<void>
  /** More text as it is; nothing where results are JSON. */
  text(text: string): Promise<void>
  /** A remark for a person; it may quote others. */
  note(text: string): void
  /** Text with a style, where results go to a terminal that wants colours. */
  style(style: Style, text: string): string
  /** Columns of the terminal; undefined if results go elsewhere. */
  columns: number | undefined
}

/**
 * Escape sequences as terminals read them: commands with their end, and texts up to theirs. Not node:util's: its time
 * grows with the square of a text that was made for it, and minutes pass in which Ctrl-C is not heard.
 */
const sequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that begin and end them
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[PX\]^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u0090-\u009f]*(?:\u0007|\u001b\\|\u009c)/g

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that move a terminal's cursor
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

const withoutSequences = (text: string): string => text.replaceAll(sequences, '')

/** Text of others for a terminal: what they write must not steer it. Line breaks and tabs stay. */
export const harmless = (text: string): string => withoutSequences(text).replaceAll(controls, '')

const write = async ({ stdout, signal }: Io, text: string): Promise<void> => {
  signal.throwIfAborted()
  if (text === '') return
  if (!stdout.write(text)) await once(stdout, 'drain', { signal })
}

export const createOutput = (io: Io, { json = false }: OutputOptions): Output => {
  const isTerminal = io.stdout.isTTY === true
  const human = (text: string): string => (isTerminal ? text : withoutSequences(text))
  return {
    json,
    columns: isTerminal ? (io.stdout.columns ?? 80) : undefined,
    result: (document, text) => write(io, `${json ? JSON.stringify(document, null, 2) : human(text())}\n`),
    item: (document, text) => write(io, json ? `${JSON.stringify(document)}\n` : human(text)),
    text: text => write(io, json ? '' : human(text)),
    note: text => void io.stderr.write(`${harmless(text)}\n`),
    style: (style, text) => styleText(style, text, { stream: io.stdout }),
  }
}
