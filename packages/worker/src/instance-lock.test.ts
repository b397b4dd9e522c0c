import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { lockInstance, workerOn } from './instance-lock.ts'

test('a worker that was killed and that nobody has asked about is dead', {
  skip: process.platform !== 'linux',
}, async () => {
  await using directory = await temporaryDirectory()
  // sh starts a process, kills it and becomes another program, which never asks what became of it.
  const script = 'sleep 60 & start=$(cut -d" " -f22 /proc/$!/stat); kill -9 $!; echo "$! $start"; exec sleep 60'
  const parent = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const [line] = await once(createInterface(parent.stdout), 'line')
    const [pid] = String(line).split(' ')
    while (!/\) Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8'))) await setImmediate()
    await writeFile(join(directory.path, 'worker.lock.1'), String(line))
    assert.equal(await workerOn(directory.path), null)
    await using _lock = await lockInstance(directory.path)
    assert.equal(await workerOn(directory.path), process.pid)
  } finally {
    parent.kill('SIGKILL')
    await once(parent, 'close')
  }
})

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
