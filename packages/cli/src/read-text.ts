import { finished } from 'node:stream/promises'
import { limits } from '@codetether/protocol/limits'
import { UsageError } from './failure.ts'
import type { Io } from './io.ts'

const readStdin = async ({ stdin, signal }: Io): Promise<string> => {
  let text = ''
  const destroy = () => stdin.destroy()
  signal.addEventListener('abort', destroy, { once: true })
  stdin.setEncoding('utf8')
  stdin.on('data', (chunk: string) => {
    text += chunk
    if (text.length > limits.bodyBytes) stdin.destroy(new UsageError('the text on standard input is too long'))
  })
  try {
    await finished(stdin, { writable: false })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', destroy)
  }
  return text.replace(/\r?\n$/, '')
}

/** The text of a message: the argument, or standard input for `-` and where something is piped in. */
export const readText = async (argument: string | undefined, io: Io): Promise<string> => {
  const text = argument === undefined || argument === '-' ? await readStdin(io) : argument
  if (text.trim() === '')
    throw new UsageError('the text to send is empty', 'write it behind the address, or pipe it in')
  return text
}
