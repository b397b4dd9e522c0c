import assert from 'node:assert/strict'
import { chmod, glob, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { findPeer } from '@codetether/testing/find-peer'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { waitUntil } from '@codetether/testing/wait-until'
import { runProgram, workspace } from '../journeys/server-process.ts'
import { startPlatform } from '../platform.ts'
import { install, installed, needed, run, scripts, skip } from './installation.ts'
import { whenTask } from './runner.ts'
import { createTask } from './worker-calls.ts'

const place = join(workspace, scripts)
const analyze = findPeer('systemd-analyze')
const shellcheck = findPeer('shellcheck')

const unitIn = (root: string) => join(root, 'etc/systemd/system/codetether-worker.service')
const envIn = (root: string) => join(root, 'etc/codetether-worker/env')
const dataIn = (root: string) => join(root, 'var/lib/codetether-worker')

/** Everything in a tree, with what would change if it were written again. */
const snapshot = async (root: string) => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  return Promise.all(paths.sort().map(async path => [path, (await stat(path)).ino, await readFile(path, 'utf8')]))
}

test('an installation has a user, settings for root alone and a data directory for the user alone', {
  skip,
}, async () => {
  await using tree = await temporaryDirectory()
  await installed(tree, [...needed, '--name', 'One', '--capabilities', 'a,b'], { CODETETHER_TOKEN: 'secret' })
  const settings = await stat(envIn(tree.path))
  assert.deepEqual([settings.mode & 0o777, settings.uid], [0o600, 0])
  assert.equal((await stat(unitIn(tree.path))).mode & 0o777, 0o644)
  assert.deepEqual((await readFile(envIn(tree.path), 'utf8')).split('\n').sort(), [
    '',
    'CODETETHER_SERVER="https://agents.example"',
    'CODETETHER_TOKEN="secret"',
    'CODETETHER_WORKER_CAPABILITIES="a,b"',
    'CODETETHER_WORKER_COMMAND="cat"',
    'CODETETHER_WORKER_DATA_DIR="/var/lib/codetether-worker/worker"',
    'CODETETHER_WORKER_NAME="One"',
  ])
  const users = await readFile(join(tree.path, 'etc/passwd'), 'utf8')
  const [, uid] = /^codetether-worker:x:(\d+):\d+:.*:\/var\/lib\/codetether-worker:.*nologin$/m.exec(users) ?? []
  const data = await stat(dataIn(tree.path))
  assert.deepEqual([data.mode & 0o777, data.uid], [0o700, Number(uid)])
})

test('systemd has nothing to say against the unit', { skip: skip || analyze.skip }, async () => {
  await using tree = await temporaryDirectory()
  await mkdir(join(tree.path, 'srv/app'), { recursive: true })
  await installed(tree, [...needed, '--codebases', 'app:/srv/app'])
  assert.deepEqual(await run(analyze.path, ['verify', unitIn(tree.path)]), { code: 0, output: '' })
  const unit = await readFile(unitIn(tree.path), 'utf8')
  for (const line of [
    'NoNewPrivileges=true',
    'ProtectSystem=strict',
    'PrivateTmp=true',
    'Restart=always',
    'MemoryMax=1G',
    'KillMode=mixed',
  ])
    assert.ok(unit.includes(`\n${line}\n`), line)
  assert.match(unit, /\nReadWritePaths=\/var\/lib\/codetether-worker \/srv\/app\n/)
})

test('what the unit starts, with its settings, runs tasks', { skip }, async () => {
  await using platform = await startPlatform()
  await using tree = await temporaryDirectory()
  const command = `printf '%s' "$(cat) \\ \`echo told\`"`
  await installed(tree, ['--server', platform.url, '--command', command])
  const [, program = ''] = /^ExecStart=(.*)$/m.exec(await readFile(unitIn(tree.path), 'utf8')) ?? []
  const line = `set -a; . "${envIn(tree.path)}"; CODETETHER_WORKER_DATA_DIR="${dataIn(tree.path)}"; exec ${program}`
  await using worker = runProgram('/bin/sh', ['-c', line], { cwd: tree.path })
  await waitUntil('it is connected', () => worker.output().includes('"connected"'))
  const task = await whenTask(platform.url, await createTask(platform.url, { prompt: 'As' }), 'completed')
  assert.equal(task.result, 'As \\ told')
})

test('installing again changes what is said, keeps what was edited, and otherwise nothing', { skip }, async () => {
  await using tree = await temporaryDirectory()
  await installed(tree, needed)
  await writeFile(envIn(tree.path), `${await readFile(envIn(tree.path), 'utf8')}# mine\nOWN_API_KEY=x\n`)
  const before = await snapshot(tree.path)
  await installed(tree)
  await installed(tree, needed)
  assert.deepEqual(await snapshot(tree.path), before)
  await installed(tree, ['--command', 'wc -w'])
  const settings = await readFile(envIn(tree.path), 'utf8')
  assert.match(settings, /^CODETETHER_WORKER_COMMAND="wc -w"$/m)
  assert.match(settings, /^CODETETHER_SERVER="https:\/\/agents.example"$/m)
  assert.match(settings, /^# mine\nOWN_API_KEY=x$/m)
})

test('a dry run tells what it would do, without secrets, and does nothing', { skip }, async () => {
  await using tree = await temporaryDirectory()
  const said = await installed(tree, [...needed, '--dry-run'], { CODETETHER_TOKEN: 'secret' })
  assert.match(said, /would: systemd-sysusers .*would: write \S*\/env \(0600\).*would: write \S*\.service \(0644\)/s)
  assert.doesNotMatch(said, /secret/)
  assert.deepEqual(await readdir(tree.path), [])
  await installed(tree, needed)
  const before = await snapshot(tree.path)
  assert.match(await installed(tree, ['--uninstall', '--purge', '--dry-run']), /would: rm -rf/)
  assert.deepEqual(await snapshot(tree.path), before)
})

test('a codebase is shared by a group, and by nobody else', { skip }, async () => {
  await using tree = await temporaryDirectory()
  const app = join(tree.path, 'srv/app')
  await mkdir(join(app, 'src'), { recursive: true })
  for (const [name, mode] of [
    ['open', 0o666],
    ['src/tool', 0o755],
  ] as const) {
    await writeFile(join(app, name), '')
    await chmod(join(app, name), mode)
  }
  await installed(tree, [...needed, '--codebases', '/srv/app', '--share'])
  const [, gid] = /^codetether-worker:x:(\d+)/m.exec(await readFile(join(tree.path, 'etc/group'), 'utf8')) ?? []
  const expected = { '': 0o2775, open: 0o664, src: 0o2775, 'src/tool': 0o775 }
  for (const [name, mode] of Object.entries(expected)) {
    const found = await stat(join(app, name))
    assert.deepEqual([name, (found.mode & 0o7777).toString(8), found.gid], [name, mode.toString(8), Number(gid)])
  }
})

test('uninstalling keeps settings and data unless they shall go too', { skip }, async () => {
  await using tree = await temporaryDirectory()
  await installed(tree, needed)
  await writeFile(join(dataIn(tree.path), 'kept'), '')
  await installed(tree, ['--uninstall'])
  await assert.rejects(stat(unitIn(tree.path)), { code: 'ENOENT' })
  assert.ok(await stat(envIn(tree.path)))
  assert.deepEqual(await readdir(dataIn(tree.path)), ['kept'])
  await installed(tree, ['--uninstall', '--purge'])
  await installed(tree, ['--uninstall', '--purge'])
  for (const path of [dirname(envIn(tree.path)), dataIn(tree.path)])
    await assert.rejects(stat(path), { code: 'ENOENT' })
})

test('wrong options are refused before anything is done', { skip }, async () => {
  await using tree = await temporaryDirectory()
  const refusals: [string[], RegExp][] = [
    [[], /does not know its server/],
    [['--server', 'http://x'], /does not know what to run/],
    [[...needed, '--codebases', 'app:/etc'], /\/etc belongs to the system/],
    [[...needed, '--codebases', 'app:srv'], /absolute path/],
    [[...needed, '--codebases', '/srv/../etc'], /another way to write \/etc/],
    [[...needed, '--codebases', '/etc/'], /another way/],
    [[...needed, '--codebases', '/.'], /another way/],
    [[...needed, '--codebases', '/srv/none'], /no directory/],
    [[...needed, '--name', 'a\nb'], /more than one line/],
    [[...needed, '--auto-approve', 'some'], /all, safe or none/],
    [[...needed, '--share'], /needs --codebases/],
    [[...needed, '--purge'], /goes with --uninstall/],
    [[...needed, '--nonsense', 'x'], /no option --nonsense/],
    [['--server'], /lacks its value/],
  ]
  for (const [args, expected] of refusals) {
    const { code, output } = await install(tree, args)
    assert.equal(code, 2, `${args.join(' ')}: ${output}`)
    assert.match(output, expected)
  }
  assert.deepEqual(await readdir(tree.path), [])
})

test('shellcheck has nothing to say against the scripts', { skip: shellcheck.skip }, async () => {
  const found = await Array.fromAsync(glob([`${place}/*.sh`, join(workspace, 'examples/*.sh')]))
  assert.ok(found.length >= 4)
  assert.deepEqual(await run(shellcheck.path, found), { code: 0, output: '' })
})
