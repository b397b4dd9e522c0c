import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logFormats, logLevels } from '@codetether/server/config/config'
import { settingRows } from '@codetether/server/config/setting-rows'
import { CommanderError } from 'commander'
import type { CommandName, Commands } from './commands.ts'
import { describeFailure, HintedError } from './failure.ts'
import { createProgram, readArguments } from './program.ts'

const parse = async (line: readonly string[]): Promise<[CommandName, object] | undefined> => {
  let found: [CommandName, object] | undefined
  const run = async <Name extends CommandName>(name: Name, options: Commands[Name]): Promise<void> => {
    found = [name, options]
  }
  const program = createProgram(run, { version: '1.2.3', writeOut: () => undefined })
  await program.parseAsync(readArguments(program, line), { from: 'user' })
  return found
}

const url = 'http://host:8000'

const table: [line: string[], name: CommandName, options: object][] = [
  [[], 'serve', {}],
  [['--port', '9000'], 'serve', { port: '9000' }],
  [['serve', '--host', '0.0.0.0', '--insecure'], 'serve', { host: '0.0.0.0', insecure: true }],
  [['run', '--name', 'A', '--description', 'B'], 'serve', { name: 'A', description: 'B' }],
  [['start', '--log-level', 'debug', '--log-format', 'json'], 'serve', { logLevel: 'debug', logFormat: 'json' }],
  [['server', '--data-dir', 'd', '--public-url', url], 'serve', { dataDir: 'd', publicUrl: url }],
  [['serve', '--run-migrations', '--enable-rls'], 'serve', { runMigrations: true, migrate: true, enableRls: true }],
  [['serve', '--migrate'], 'serve', { migrate: true }],
  [['dev', '--port', '0'], 'dev', { port: '0' }],
  [['dev', '--no-worker'], 'dev', { worker: false }],
  [['serve', '--worker', 'a,b', '--worker-command', 'x'], 'serve', { worker: 'a,b', workerCommand: 'x' }],
  [['worker', '--workspaces', 'a,n:b', '--global'], 'worker', { codebases: 'a,n:b', global: true }],
  [
    ['worker', '--max-concurrent-tasks', '2', '--auto-approve', 'all'],
    'worker',
    { maxConcurrentTasks: 2, autoApprove: 'all' },
  ],
  [['worker', 'status', '--worker-id', 'w', '--json'], 'worker status', { workerId: 'w', json: true }],
  [['worker', 'doctor', '--codebases', 'a', '--command', 'x'], 'worker doctor', { codebases: 'a', command: 'x' }],
  [['call', url, 'Hello'], 'call', { url, text: 'Hello' }],
  [['call', url, '-', '--stream'], 'call', { url, text: '-', stream: true }],
  [['call', url, '--task', 't', '--json', 'Yes'], 'call', { url, text: 'Yes', task: 't', json: true }],
  [
    ['call', url, 'x', '--context', 'c', '--agent', 'Echo', '--token', 's', '--timeout', '2.5'],
    'call',
    { url, text: 'x', context: 'c', agent: 'Echo', token: 's', timeout: 2.5 },
  ],
  [['task', 'get', 't1', '--history', '0'], 'task get', { id: 't1', history: 0 }],
  [['task', 'list', '--status', 'working', '--limit', '5'], 'task list', { status: 'working', limit: 5 }],
  [['task', 'cancel', 't1', '--server', url], 'task cancel', { id: 't1', server: url }],
  [['task', 'watch', 't1', '--after', '7'], 'task watch', { id: 't1', after: 7 }],
  [['task', 'dead', '--limit', '7'], 'task dead', { limit: 7 }],
  [['agents', '--json'], 'agents', { json: true }],
  [['card'], 'card', {}],
  [['card', url], 'card', { url }],
  [['card', '--json', url, '--timeout', '1'], 'card', { url, json: true, timeout: 1 }],
  [
    ['card', 'sign', 'f', '--key', 'k', '--kid', 'i', '--json'],
    'card sign',
    { source: 'f', key: 'k', kid: 'i', json: true },
  ],
  [['card', 'verify', url, '--jwks', 'j', '--timeout', '5'], 'card verify', { source: url, jwks: 'j', timeout: 5 }],
  [['card', 'verify', 'f', '--key', 'k', '--json'], 'card verify', { source: 'f', key: 'k', json: true }],
  [['card', 'keygen', '--out', 'f'], 'card keygen', { out: 'f', alg: 'ES256' }],
  [['card', 'keygen', '--out', 'f', '--alg', 'EdDSA'], 'card keygen', { out: 'f', alg: 'EdDSA' }],
  [['card', url, '--protocol', '0.3'], 'card', { url, protocol: '0.3' }],
  [
    ['call', url, 'x', '--protocol', '1.0', '--transport', 'http+json', '--allow-http'],
    'call',
    { url, text: 'x', protocol: '1.0', transport: 'HTTP+JSON', allowHttp: true },
  ],
  [['inspect', url, '--transport', 'JSONRPC'], 'inspect', { url, transport: 'JSONRPC' }],
  [['inspect', url, '--send', 'Hello', '--json'], 'inspect', { url, send: 'Hello', json: true }],
  [['migrate', '--status', '--url', 'postgres://x'], 'migrate', { status: true, url: 'postgres://x' }],
  [['migrate', '--create', '--dry-run', '--prod'], 'migrate', { create: true, dryRun: true, prod: true }],
  [['migrate', '--dev'], 'migrate', { dev: true }],
  [['retention', 'run', '--dry-run'], 'retention run', { dryRun: true }],
  [['tenant', 'erase', 'acme', '--yes', '--force'], 'tenant erase', { name: 'acme', yes: true, force: true }],
  [['config', '--json', '--port', '1'], 'config', { json: true, port: '1' }],
  [['doctor', '--json'], 'doctor', { json: true }],
]

test('codetether completion fish', async () => {
  const [name, options] = (await parse(['completion', 'fish'])) ?? []
  assert.deepEqual([name, { ...options, program: undefined }], ['completion', { shell: 'fish', program: undefined }])
})

for (const [line, name, options] of table) {
  test(`codetether ${line.join(' ')}`, async () => {
    const found = await parse(line)
    assert.deepEqual([found?.[0], { ...found?.[1] }], [name, options])
  })
}

const wrong = [
  ['call', url, 'x', '--protocol', '2.0'],
  ['call', url, 'x', '--transport', 'soap'],
  ['inspect'],
  ['nosuch'],
  ['--nosuch'],
  ['call'],
  ['call', url, 'a', 'b'],
  ['call', url, 'x', '--timeout', '0'],
  ['task', 'get'],
  ['task', 'nosuch'],
  ['task', 'list', '--limit', '0'],
  ['retention'],
  ['tenant', 'erase'],
  ['completion', 'tcsh'],
  ['card', 'sign', 'f'],
  ['card', 'verify'],
  ['card', 'verify', 'f', '--key', 'k', '--jwks', 'j'],
  ['card', 'keygen'],
  ['task', 'get', 't', '--history', '1.5'],
  ['serve', '--redis', 'redis://x'],
]

for (const line of wrong) {
  test(`codetether ${line.join(' ')} is refused`, async () => {
    await assert.rejects(parse(line), error => {
      const cause = error instanceof HintedError ? error.cause : error
      return cause instanceof CommanderError && cause.exitCode === 1
    })
  })
}

for (const [line, hint] of [
  [['worker', '--nonsense'], /^codetether worker --help/],
  [['worker', 'status', '--nonsense'], /^codetether worker status --help/],
  [['worker', '--runtime', 'nonsense'], /^codetether worker --help/],
  [['task', 'get'], /^codetether task get --help/],
  [['worker', '--capabilitys', 'x'], /^did you mean --capabilities/],
  [['nonsense'], /^codetether --help/],
] as const)
  test(`codetether ${line.join(' ')} hints at where it is explained`, async () => {
    const error: unknown = await parse([...line]).catch((error: unknown) => error)
    assert.match(describeFailure(error).hint ?? '', hint)
  })

test('help goes to any depth, and names what does not exist', async () => {
  const written: string[] = []
  const program = createProgram(async () => undefined, { version: '1.2.3', writeOut: text => written.push(text) })
  const line = readArguments(program, ['help', 'task', 'list', '--json'])
  await assert.rejects(program.parseAsync(line, { from: 'user' }), { code: 'commander.helpDisplayed' })
  assert.match(written.join(''), /^Usage: codetether task list/)
  for (const words of [['nosuch'], ['task', 'nosuch'], ['task', 'list', 'more']])
    assert.throws(() => readArguments(program, ['help', ...words]), {
      name: 'UsageError',
      message: `unknown command '${words.join(' ')}'`,
    })
})

for (const line of [
  ['--help'],
  ['-V'],
  ['help'],
  ['help', 'help'],
  ['task', '--help'],
  ['call', '--help'],
  ['--port', '1', '--help'],
]) {
  test(`codetether ${line.join(' ')} answers by itself`, async () => {
    await assert.rejects(parse(line), error => error instanceof CommanderError && error.exitCode === 0)
  })
}

test('every setting that has a flag is a flag of serve', async () => {
  for (const { flag, key } of settingRows.filter(row => row.flag !== undefined)) {
    const isSwitch = key === 'insecure'
    const found = await parse(['serve', flag ?? '', ...(isSwitch ? [] : ['1'])])
    assert.equal(found?.[0], 'serve', flag)
  }
})

test('serve offers the levels and formats that the settings know', () => {
  const program = createProgram(async () => undefined, { version: '1.2.3', writeOut: () => undefined })
  const options = program.commands.find(command => command.name() === 'serve')?.options ?? []
  const choices = (flag: string) => options.find(option => option.long === flag)?.argChoices
  assert.deepEqual([choices('--log-level'), choices('--log-format')], [[...logLevels], [...logFormats]])
})
