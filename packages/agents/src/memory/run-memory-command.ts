import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { Memories } from '../define-agent.ts'
import type { MemoryCommand } from './parse-memory-command.ts'

const retrieve = async (memories: Memories, key: string): Promise<string> => {
  const value = await memories.get(key)
  return value === null ? `No value stored under '${key}'` : `Retrieved '${key}': ${value}`
}

const store = async (memories: Memories, key: string, value: string): Promise<string> => {
  if (Buffer.byteLength(value) > limits.memoryValueBytes)
    return `That value is too large: I store up to ${limits.memoryValueBytes} bytes under one key`
  try {
    await memories.set(key, value)
  } catch (error) {
    if (error instanceof PlatformError && error.code === 'TOO_LARGE') return `I could not store that: ${error.message}`
    throw error
  }
  return `Stored '${value}' with key '${key}'`
}

const list = async (memories: Memories): Promise<string> => {
  const keys = await memories.keys()
  return keys.length === 0 ? 'No stored keys' : `Stored keys (${keys.length}): ${keys.join(', ')}`
}

/** Carries the command out and returns the reply. Passes on every error of the store but TOO_LARGE. */
export const runMemoryCommand = async (command: MemoryCommand, memories: Memories): Promise<string> => {
  if (command.kind === 'list') return list(memories)
  const key = command.key.text
  if (key.length > limits.memoryKeyChars)
    return `That key is too long: keys have up to ${limits.memoryKeyChars} characters`
  if (command.kind === 'store') return store(memories, key, command.value.text)
  if (command.kind === 'retrieve') return retrieve(memories, key)
  return (await memories.delete(key)) ? `Deleted '${key}'` : `No value stored under '${key}'`
}
