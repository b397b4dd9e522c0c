import assert from 'node:assert/strict'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { makeDirectory } from './make-directory.ts'

test('a directory is made with those above it, once', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'a', 'b', 'c')
  assert.deepEqual(await Promise.all([makeDirectory(path), makeDirectory(path)]).then(made => made.toSorted()), [
    false,
    true,
  ])
  assert.equal((await stat(path)).isDirectory(), true)
  assert.equal(await makeDirectory(path), false)
})

test('what cannot be made is an error, not an endless wait', async () => {
  await using directory = await temporaryDirectory()
  const file = join(directory.path, 'file')
  await writeFile(file, '')
  await assert.rejects(makeDirectory(file), { code: 'EEXIST' })
  await assert.rejects(makeDirectory(join(file, 'below')), { code: 'ENOTDIR' })
})

test('below /proc too', { skip: process.platform !== 'linux' && 'there is no /proc' }, async () => {
  await assert.rejects(makeDirectory('/proc/codetether/data'), { code: 'ENOENT' })
})
