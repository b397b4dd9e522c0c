import assert from 'node:assert/strict'
import { chmod, mkdir, readFile, readlink, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { installedTree, type NativeTree, usableTree } from './native-tree.ts'

/** A tree as npm unpacks it: without the links that the list names. */
async function unpackedTree(root: string): Promise<NativeTree> {
  const directory = join(root, 'package', 'native')
  await mkdir(join(directory, 'lib', 'postgresql'), { recursive: true })
  await mkdir(join(directory, 'share', 'postgresql'), { recursive: true })
  await mkdir(join(directory, 'bin'))
  for (const path of ['bin/initdb', 'bin/postgres', 'lib/postgresql/plpgsql.so', 'share/postgresql/postgres.bki']) {
    await writeFile(join(directory, path), '', { mode: 0o755 })
  }
  await writeFile(join(directory, 'lib', 'libpq.so.5.18'), 'library')
  const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]
  await writeFile(join(directory, 'pg-symlinks.json'), JSON.stringify(links))
  return { directory, version: '18.4.0' }
}

test('links that npm does not carry are restored, also by several processes at once', async () => {
  await using root = await temporaryDirectory()
  const tree = await unpackedTree(root.path)
  const found = await Promise.all([1, 2, 3].map(() => usableTree(tree, root.path)))
  assert.deepEqual(found, [tree.directory, tree.directory, tree.directory])
  assert.equal(await readlink(join(tree.directory, 'lib', 'libpq.so.5')), 'libpq.so.5.18')
})

test('a tree that the account cannot reach is copied once, with modes that let it in', async () => {
  await using root = await temporaryDirectory()
  const tree = await unpackedTree(root.path)
  const account = { uid: 54_321, gid: 54_321 }
  assert.equal(await usableTree(tree, root.path, account), tree.directory)
  await chmod(join(root.path, 'package'), 0o700)
  await chmod(join(tree.directory, 'bin', 'postgres'), 0o600)
  const copies = await Promise.all([1, 2].map(() => usableTree(tree, root.path, account)))
  const copy = join(root.path, 'native-18.4.0')
  assert.deepEqual(copies, [copy, copy])
  assert.equal((await stat(join(copy, 'bin', 'postgres'))).mode & 0o777, 0o755)
  assert.equal(await readFile(join(copy, 'lib', 'libpq.so.5'), 'utf8'), 'library')
})

test('the tree of this platform is installed', async () => {
  const tree = await installedTree()
  assert.match(tree.version, /^18\./)
  assert.ok(await stat(join(tree.directory, 'share')))
})
