import assert from 'node:assert/strict'
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type TarEntry, tarOf } from '@codetether/testing/tar-of'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { unpackTree } from './unpack.ts'

const { signal } = new AbortController()

/** A tree in a directory with something beside it that nobody may touch. */
async function prepare(archive: Uint8Array) {
  const directory = await temporaryDirectory()
  const root = join(directory.path, 'tree')
  const outside = join(directory.path, 'outside')
  await Promise.all([mkdir(root), mkdir(outside)])
  await writeFile(join(outside, 'file'), 'untouched')
  const file = join(directory.path, 'archive.tar.gz')
  await writeFile(file, archive)
  return {
    root,
    outside,
    unpack: () => unpackTree(file, { root, signal }),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
}

const attacks: [what: string, reason: RegExp, entries: TarEntry[]][] = [
  ['a step up', /leads out/, [{ path: '../outside/file', content: 'x' }]],
  ['a step up behind a directory', /leads out/, [{ path: 'a/../../outside/file', content: 'x' }]],
  ['an absolute path', /leads out/, [{ path: '/tmp/outside', content: 'x' }]],
  ['a path of Windows', /leads out/, [{ path: 'a\\..\\..\\outside', content: 'x' }]],
  ['an absolute link', /link .* leads out/, [{ path: 'a', type: '2', target: '/etc/passwd' }]],
  ['a link up', /link .* leads out/, [{ path: 'a/b', type: '2', target: '../../outside' }]],
  [
    'a link up behind another link',
    /link .* leads out/,
    [
      { path: 'd/e/up', type: '2', target: '../..' },
      { path: 'out', type: '2', target: 'd/e/up/../outside' },
    ],
  ],
  ['a link into what git keeps', /link .* leads out/, [{ path: 'a', type: '2', target: '.git/hooks' }]],
  [
    'a file through a link of the archive',
    /no directory/,
    [
      { path: 'a', type: '2', target: 'b' },
      { path: 'a/file', content: 'x' },
    ],
  ],
  [
    'a directory that becomes a link',
    /no directory/,
    [
      { path: 'a', type: '5' },
      { path: 'a/file', content: 'x' },
      { path: 'a', type: '2', target: 'b' },
    ],
  ],
  ['a file through a link of the tree', /no directory/, [{ path: 'linked/file', content: 'x' }]],
  [
    'a file in a file',
    /no directory/,
    [
      { path: 'a', content: 'x' },
      { path: 'a/b', content: 'x' },
    ],
  ],
  ['a hard link', /is a Link/, [{ path: 'a', type: '1', target: '/etc/passwd' }]],
  ['a device', /is a CharacterDevice/, [{ path: 'a', type: '3' }]],
  ['a pipe', /is a FIFO/, [{ path: 'a', type: '6' }]],
  ['hooks of git', /belongs to git/, [{ path: '.git/hooks/post-checkout', content: 'x', mode: 0o755 }]],
  ['hooks of git in other letters', /belongs to git/, [{ path: 'sub/.GIT/config', content: 'x' }]],
  ['more bytes than are unpacked', /more than \d+ bytes/, [{ path: 'a', size: 0o77777777777 }]],
]

for (const [what, reason, entries] of attacks)
  test(`an archive with ${what} is refused before anything is written`, async () => {
    await using given = await prepare(tarOf([{ path: 'harmless', content: 'x' }, ...entries]))
    await symlink(given.outside, join(given.root, 'linked'))
    await assert.rejects(given.unpack(), reason)
    assert.deepEqual(await readdir(given.root), ['linked'])
    assert.deepEqual(await readdir(given.outside), ['file'])
    assert.equal(await readFile(join(given.outside, 'file'), 'utf8'), 'untouched')
  })

for (const [what, archive] of [
  ['no gzip', Buffer.from('plain')],
  ['no tar', gzipSync('x'.repeat(2_000))],
  ['cut off', tarOf([{ path: 'a', content: 'x'.repeat(100_000) }]).subarray(0, 90)],
] as const)
  test(`an archive that is ${what} is refused`, async () => {
    await using given = await prepare(archive)
    await assert.rejects(given.unpack())
    assert.deepEqual(await readdir(given.root), [])
  })

test('a file that replaces a link replaces the link, and not what it leads to', async () => {
  await using given = await prepare(tarOf([{ path: 'config', content: 'new', mode: 0o4755 }]))
  await symlink(join(given.outside, 'file'), join(given.root, 'config'))
  await given.unpack()
  assert.equal(await readFile(join(given.outside, 'file'), 'utf8'), 'untouched')
  const found = await lstat(join(given.root, 'config'))
  assert.deepEqual([found.isFile(), found.mode & 0o7000], [true, 0])
})

test('what the archive has replaces what is there, and the rest stays', async () => {
  await using given = await prepare(
    tarOf([
      { path: './', type: '5', mode: 0 },
      { path: './src/', type: '5', mode: 0o755 },
      { path: './src/a', content: 'new' },
      { path: 'src/link', type: '2', target: './a' },
    ]),
  )
  await mkdir(join(given.root, 'src'))
  await writeFile(join(given.root, 'src/a'), 'old and longer')
  await writeFile(join(given.root, 'src/b'), 'stays')
  await given.unpack()
  const contents = await Promise.all(['a', 'b', 'link'].map(name => readFile(join(given.root, 'src', name), 'utf8')))
  assert.deepEqual(contents, ['new', 'stays', 'new'])
})
