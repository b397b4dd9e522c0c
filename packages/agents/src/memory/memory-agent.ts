import { textOf } from '@codetether/protocol/message'
import { defineAgent } from '../define-agent.ts'
import { acceptsMemoryCommand } from './accepts-memory-command.ts'
import { addressedCommand, parseMemoryCommand } from './parse-memory-command.ts'
import { runMemoryCommand } from './run-memory-command.ts'

const notUnderstood =
  'I store, retrieve, list and delete values. Try: "store \'John Doe\' as user_name", "retrieve user_name", ' +
  '"list keys" or "delete user_name"'

/** Keeps values under keys for its caller, across restarts. See `acceptsMemoryCommand` for what it accepts. */
export const memoryAgent = defineAgent({
  name: 'Memory',
  description: 'Stores values under keys and gives them back.',
  skills: [
    {
      id: 'memory',
      name: 'Memory Management',
      description: 'Stores, retrieves, lists and deletes values under keys; they are private to the caller.',
      tags: ['memory', 'storage', 'key-value'],
      examples: ["store 'John Doe' as user_name", 'retrieve user_name', 'list keys', 'forget user_name'],
    },
  ],
  accepts: acceptsMemoryCommand,
  handle: async (message, ctx) => {
    const text = textOf(message.parts)
    const command = parseMemoryCommand(addressedCommand(text) ?? text)
    await ctx.reply(command === null ? notUnderstood : await runMemoryCommand(command, ctx.memories))
  },
})
