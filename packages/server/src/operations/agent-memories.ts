import type { Memories } from '@codetether/agents/define-agent'
import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { Context } from '../context.ts'
import { deleteMemory, findMemory, listMemoryKeys, type MemoryOwner, setMemory } from '../store/memories.ts'

const tooLarge = (what: string) => new PlatformError('TOO_LARGE', what)

/** The durable memories of one agent for one principal. */
export function agentMemories({ store }: Context, owner: MemoryOwner): Memories {
  const { tenantId } = owner
  return {
    get: key => store.read(tenantId, tx => findMemory(tx, owner, key)),
    keys: () => store.read(tenantId, tx => listMemoryKeys(tx, owner)),
    delete: key => store.write(tenantId, tx => deleteMemory(tx, owner, key)),
    async set(key, value) {
      if (key.length > limits.memoryKeyChars) throw tooLarge(`a key has at most ${limits.memoryKeyChars} characters`)
      if (Buffer.byteLength(value) > limits.memoryValueBytes)
        throw tooLarge(`a value has at most ${limits.memoryValueBytes} bytes`)
      const most = limits.memoriesPerPrincipal
      const stored = await store.write(tenantId, tx => setMemory(tx, owner, { key, value, most }))
      if (!stored) throw tooLarge(`at most ${most} keys can be stored`)
    },
  }
}
