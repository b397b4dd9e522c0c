import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { lockInstance, workerOn } from './instance-lock.ts'

test('a directory has one worker, until it ends', async () => {
  await using directory = await temporaryDirectory()
  assert.equal(await workerOn(directory.path), null)
  {
    await using _lock = await lockInstance(directory.path)
    assert.equal(await workerOn(directory.path), process.pid)
    await assert.rejects(lockInstance(directory.path), { code: 'CONFLICT' })
  }
  assert.deepEqual(await readdir(directory.path), [])
})

for (const [who, owner] of [
  ['a process that is dead', '999999999 1'],
  ['another process with the same id', `${process.pid} 1`],
  ['nobody that can be read', 'x'],
] as const)
  test(`what ${who} has left does no harm, and of many that find it one goes on`, async () => {
    await using directory = await temporaryDirectory()
    await writeFile(join(directory.path, 'worker.lock.7'), owner)
    const tries = await Promise.allSettled(Array.from({ length: 30 }, () => lockInstance(directory.path)))
    const locks = tries.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    assert.equal(locks.length, 1)
    await locks[0]?.[Symbol.asyncDispose]()
    assert.deepEqual(await readdir(directory.path), [])
  })
