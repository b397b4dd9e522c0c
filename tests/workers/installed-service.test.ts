import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { workspace } from '../journeys/server-process.ts'
import { needed, run, scripts, skip } from './installation.ts'

/**
 * What is mounted is seen by this shell alone: `/etc` and `/var/lib` take changes that nobody else sees, the repository is where every
 * user may read, and a `systemctl` stands by that says what it is asked. $1 is an empty directory, $2 the repository.
 */
const ownMachine = `
set -eu
mount -t tmpfs -o mode=0755 none "$1"
for name in etc var/lib; do
  mkdir -p "$1/upper/$name" "$1/work/$name"
  mount -t overlay -o "lowerdir=/$name,upperdir=$1/upper/$name,workdir=$1/work/$name" none "/$name"
done
mkdir "$1/bin"
printf '#!/bin/sh\\necho systemctl "$@"\\n' >"$1/bin/systemctl"
chmod +x "$1/bin/systemctl"
mount -t tmpfs -o mode=0755 none /run
mkdir -p /run/systemd/system /run/package
mount --bind "$2" /run/package
PATH=$1/bin:$PATH:/usr/sbin:/sbin
`

/** Runs commands on a machine of their own. */
async function onOwnMachine(commands: string) {
  await using directory = await temporaryDirectory()
  const shell = ['/bin/sh', '-c', ownMachine + commands, 'sh', directory.path, workspace]
  return await run('unshare', ['--mount', '--propagation', 'private', ...shell])
}

test('a service starts, starts anew where something is different, and goes', { skip }, async t => {
  const probe = await onOwnMachine('true')
  if (probe.code !== 0) return t.skip(`mounting is not allowed here: ${probe.output}`)
  const { code, output } = await onOwnMachine(`
    install() { echo "- $*"; /bin/sh /run/package/${scripts}/install-worker.sh "$@"; }
    install ${needed.join(' ')}
    stat --format '%U %a' /var/lib/codetether-worker
    install ${needed.join(' ')}
    install --name Other
    install --uninstall --purge
  `)
  assert.equal(code, 0, output)
  const said = output.split('\n').filter(line => /^(- |systemctl|codetether)/.test(line))
  const began = ['systemctl daemon-reload', 'systemctl enable codetether-worker.service']
  assert.deepEqual(said, [
    ...[`- ${needed.join(' ')}`, ...began, 'systemctl restart codetether-worker.service', 'codetether-worker 700'],
    ...[`- ${needed.join(' ')}`, ...began, 'systemctl start codetether-worker.service'],
    ...['- --name Other', ...began, 'systemctl restart codetether-worker.service'],
    ...['- --uninstall --purge', 'systemctl disable --now codetether-worker.service', 'systemctl daemon-reload'],
  ])
})
