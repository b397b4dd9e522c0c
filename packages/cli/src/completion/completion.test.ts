import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { type CommandNode, commandTree } from '../command-tree.ts'
import { createProgram } from '../program.ts'
import { completeWith, isInstalled, type TestedShell } from '../testing/complete-with.ts'
import { runCli } from '../testing/run-cli.ts'
import { type Shell, shells } from './install-hints.ts'
import { type Place, placesOf } from './places.ts'
import { completionScript } from './shells.ts'

const tree = commandTree(createProgram(async () => undefined, { version: '1.2.3', writeOut: () => undefined }))
const places = placesOf(tree)

/** The script of a shell as a file, for as long as the test needs it. */
const scriptFile = async (shell: Shell) => {
  const directory = await temporaryDirectory()
  const path = join(directory.path, '_codetether')
  await writeFile(path, completionScript(shell, tree))
  return { path, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() }
}

/** Why a test is skipped. In CI no shell may be missing. */
const skipWithout = async (shell: string): Promise<string | false> =>
  process.env.CI === 'true' || (await isInstalled(shell)) ? false : `${shell} is not installed`

/** A line as it is typed, and what every shell must offer then. */
const lines: readonly [line: string, candidates: readonly string[]][] = [
  ['codetether ta', ['task']],
  ['codetether task g', ['get']],
  ['codetether task r', ['redrive']],
  ['codetether task list --st', ['--status']],
  ['codetether task list --status in', ['input-required']],
  ['codetether serve --log-level=de', ['debug']],
  ['codetether serve --log-format p', ['pretty']],
  ['codetether --po', ['--port']],
  ['codetether start --po', ['--port']],
  ['codetether serve --port 8000 --insec', ['--insecure']],
  ['codetether completion po', ['powershell']],
  ['codetether help comp', ['completion']],
  ['codetether task help c', ['cancel']],
  ['codetether tenant erase acme --f', ['--force']],
  ['codetether call http://x hello --transport js', ['jsonrpc']],
  ['codetether insp', ['inspect']],
  ['codetether inspect http://x --protocol 1', ['1.0']],
  ['codetether call http://x "hello" ta', []],
  ['codetether serve --name ta', []],
  ['codetether nosuch ', []],
]

const tested: readonly TestedShell[] = ['bash', 'zsh', 'fish']

for (const shell of tested)
  describe(shell, { concurrency: 2 }, async () => {
    const skip = await skipWithout(shell)
    for (const [line, candidates] of lines)
      test(`${shell} completes: ${line}`, { skip }, async () => {
        await using script = await scriptFile(shell)
        assert.deepEqual(await completeWith(shell, script.path, line), candidates)
      })
  })

/** Everything that can stand at a place, and the flags there, once a hyphen is typed. */
const wordsAt = ({ next, choices }: Place): string[] => [...next.map(({ word }) => word), ...choices]
const flagsAt = ({ options }: Place): string[] => options.flatMap(option => option.flags)

test('bash offers every command, choice and option that the help shows', {
  skip: await skipWithout('bash'),
}, async () => {
  await using script = await scriptFile('bash')
  assert.ok(places.length > 20)
  for (const place of places) {
    const line = `codetether ${place.path} `.replace(/ +$/, ' ')
    assert.deepEqual(await completeWith('bash', script.path, line), wordsAt(place).sort(), line)
    assert.deepEqual(await completeWith('bash', script.path, `${line}-`), flagsAt(place).sort(), line)
  }
})

// No PowerShell is at hand: this looks at the text only.
test('the script for PowerShell names everything too, with quotes and brackets in pairs', () => {
  const script = completionScript('powershell', tree)
  for (const place of places) {
    assert.ok(script.includes(`'${place.path}' {`), place.path)
    for (const word of [...wordsAt(place), ...flagsAt(place)])
      assert.ok(script.includes(`CompletionResult]::new('${word}',`))
  }
  const code = script.replaceAll(/'(?:[^']|'')*'/g, '').replaceAll(/#.*/g, '')
  assert.ok(!code.includes("'"))
  for (const [open = '', close = ''] of ['()', '{}', '[]'])
    assert.equal(code.split(open).length, code.split(close).length, open + close)
})

test('descriptions with every sign that a shell reads come through', async () => {
  const strange = `it's a "test": [x] $HOME \\n \`id\` <y> (z) {a,b} %1 ; & |`
  const plain = { arguments: [], options: [], commands: [] }
  const odd: CommandNode = {
    ...plain,
    names: ['codetether'],
    description: strange,
    options: [{ flags: ['--odd'], description: strange, value: { name: strange, choices: [] } }],
    commands: [{ ...plain, names: ['odd'], description: strange }],
  }
  for (const shell of tested) {
    if ((await skipWithout(shell)) !== false) continue
    await using directory = await temporaryDirectory()
    const path = join(directory.path, '_codetether')
    await writeFile(path, completionScript(shell, odd))
    assert.deepEqual(await completeWith(shell, path, 'codetether o'), ['odd'], shell)
    assert.deepEqual(await completeWith(shell, path, 'codetether --o'), ['--odd'], shell)
  }
})

test('completion prints the script of the shell that is named, or of the one that runs', async () => {
  for (const shell of shells) {
    const named = await runCli(['completion', shell])
    assert.deepEqual([named.code, named.stdout, named.stderr], [0, completionScript(shell, tree), ''])
  }
  const [running, json, unknown, unset, wrong] = await Promise.all([
    runCli(['completion'], { env: { SHELL: '/usr/bin/fish' } }),
    runCli(['completion', 'zsh', '--json']),
    runCli(['completion'], { env: { SHELL: '/bin/tcsh' } }),
    runCli(['completion']),
    runCli(['completion', 'tcsh']),
  ])
  assert.equal(running.stdout, completionScript('fish', tree))
  assert.deepEqual(Object.keys(JSON.parse(json.stdout)), ['shell', 'script', 'install'])
  assert.match(
    unknown.stderr,
    /no completion for tcsh\nhint: name one: codetether completion bash\|zsh\|fish\|powershell/,
  )
  assert.match(unset.stderr, /SHELL is not set/)
  assert.deepEqual([unknown.code, unset.code, wrong.code], [2, 2, 2])
})
