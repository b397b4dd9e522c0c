import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { startUp, unreached } from './layering/dead.ts'
import { bundleDifferences, type Manifest, undeclared } from './layering/manifests.ts'
import { libraryOf, rules, violations } from './layering/rules.ts'
import { readSource, type Source } from './layering/source.ts'
import { bundledPackages, packageRows, serverLayers, serverLeaves, sizes } from './layering/tables.ts'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

const patterns = ['packages/*/{src,bin,scripts}/**/*.{ts,js}', 'tests/**/*.ts', '{bench,examples,scripts}/**/*.ts']
/** Programs: what none of them reaches is dead, although tests may keep it alive. */
const isProgram = (path: string): boolean => /^(packages\/[^/]+\/(bin|scripts)|scripts|bench)\//.test(path)
const sources = globSync(patterns, { cwd: root, exclude: path => path.includes('node_modules') })
  .map(path => path.replaceAll('\\', '/'))
  .sort()
  .map(path => readSource(path, read(path)))

const inPackage = (name: string) => sources.filter(({ path }) => path.startsWith(`packages/${name}/`))
const packageNames = globSync('packages/*/package.json', { cwd: root }).map(path => path.split('/')[1] ?? '')
const manifestOf = (name: string): Manifest => JSON.parse(read(`packages/${name}/package.json`))

for (const [name, rule] of Object.entries(rules)) {
  test(name, () => assert.deepEqual(violations(rule, sources), []))
}

test('the rules see the whole repository', () => {
  assert.ok(packageNames.length >= 5)
  for (const name of packageNames.filter(name => name !== 'testing'))
    assert.ok(inPackage(name).length > 0, `no file of ${name}`)
  assert.ok(sources.flatMap(({ imports }) => imports).length > sources.length)
  assert.ok(sources.some(({ functions }) => functions.length > 0))
})

test('no module of a package is reached by its tests only', () => {
  const programs = sources.map(({ path }) => path).filter(isProgram)
  const dead = unreached(sources, programs).filter(
    path => /^packages\/(?!testing\/|[^/]+\/src\/testing\/)/.test(path) && !path.endsWith('.test.ts'),
  )
  assert.deepEqual(dead, [])
})

const usesGrpc = ({ specifier }: { specifier: string }): boolean =>
  ['@grpc/grpc-js', '@a2a-js/sdk', '@bufbuild/protobuf'].includes(libraryOf(specifier) ?? '')

for (const [name, { lazily = [] }] of Object.entries(packageRows).filter(([, row]) => row.lazily)) {
  test(`starting ${name} does not load what it reaches lazily`, () => {
    const files = startUp(sources, `packages/${name}/src/main.ts`)
    assert.ok(files.length > 1)
    assert.deepEqual(
      files.filter(path => lazily.some(other => path.startsWith(`packages/${other}/`))),
      [],
    )
  })
}

const grpcPlaces = ['packages/server/src/a2a/grpc/', 'packages/client/src/grpc/'] as const
const isOfGrpc = ({ path }: Pick<Source, 'path'>): boolean => grpcPlaces.some(place => path.startsWith(place))

for (const main of [
  'packages/server/src/main.ts',
  'packages/client/src/a2a-client.ts',
  'packages/cli/src/commands/call.ts',
])
  test(`${main} does not load gRPC before somebody speaks it`, () => {
    const files = startUp(sources, main)
    assert.ok(files.length > 1)
    assert.deepEqual(
      files.filter(path => isOfGrpc({ path })),
      [],
    )
  })

test('gRPC stays in its places', () => {
  for (const place of grpcPlaces) assert.ok(sources.some(({ path }) => path.startsWith(place)))
  const users = sources.filter(({ path, imports }) => path.startsWith('packages/') && imports.some(usesGrpc))
  assert.deepEqual(
    users.filter(user => !isOfGrpc(user)),
    [],
  )
})

test('what a program loads is told from what it may load later', () => {
  const files = [
    readSource('packages/cli/src/main.ts', `import './a.ts'\nconst b = () => import('./b.ts')`),
    readSource('packages/cli/src/a.ts', `import type { C } from '@codetether/server/c'`),
    readSource('packages/cli/src/b.ts', `import { c } from '@codetether/server/c'`),
    readSource('packages/server/src/c.ts', 'export const c = 1'),
  ]
  assert.deepEqual(startUp(files, 'packages/cli/src/main.ts'), ['packages/cli/src/main.ts', 'packages/cli/src/a.ts'])
  assert.ok(startUp(files, 'packages/cli/src/b.ts').includes('packages/server/src/c.ts'))
})

test('half of the files have at most 80 lines', () => {
  const lengths = sources.map(({ lines }) => lines).sort((one, other) => one - other)
  assert.ok((lengths[Math.floor(lengths.length / 2)] ?? 0) <= sizes.medianFileLines)
})

test('sources import only what their package depends on when it is installed', () => {
  const missing = packageNames.flatMap(name => undeclared(manifestOf(name), inPackage(name), name === 'cli'))
  assert.deepEqual(missing, [])
})

test('the published package depends on exactly what it bundles, in the same versions', () => {
  const bundled = bundledPackages.filter(name => packageNames.includes(name)).map(manifestOf)
  const itself = new Set(
    inPackage('cli').flatMap(({ imports }) => imports.map(({ specifier }) => libraryOf(specifier) ?? '')),
  )
  assert.deepEqual(bundleDifferences(manifestOf('cli'), bundled, itself), [])
})

test('the tables are sound: every part named in a row has a row, and no part is also a leaf', () => {
  const parts = Object.keys(serverLayers)
  assert.deepEqual(
    Object.values(serverLayers)
      .flat()
      .filter(part => !parts.includes(part)),
    [],
  )
  assert.deepEqual(
    serverLeaves.filter(leaf => parts.includes(leaf)),
    [],
  )
  const named = Object.values(packageRows).flatMap(({ imports, lazily = [] }) => [...imports, ...lazily])
  assert.deepEqual(
    named.filter(name => packageRows[name] === undefined),
    [],
  )
})

const long = (lines: number): string => `const f = () => {\n${'  g()\n'.repeat(lines - 2)}}\n`

/** Rule → files that break it. Each must be caught, by that rule. */
const bad: Record<keyof typeof rules, [path: string, text: string][]> = {
  'packages import only what the table gives them': [
    ['packages/protocol/src/a.ts', `import { x } from '@codetether/server/context'`],
    ['packages/server/src/a2a/a.ts', `import type { x } from '@codetether/client/sse'`],
    ['packages/server/src/a2a/a.ts', `export { x } from '@codetether/testing/x'`],
    ['packages/cli/src/a.ts', `import { x } from '@codetether/agents/define-agent'`],
    ['packages/client/src/a.ts', `const x = await import('@codetether/server/main')`],
    ['packages/new/src/a.ts', `export const x = 1`],
  ],
  'no package reaches into another one by path': [
    ['packages/cli/src/a.ts', `import { x } from '../../server/src/main.ts'`],
    ['packages/cli/src/a.ts', `import { x } from '../../../tests/start.ts'`],
  ],
  'protocol, client and web use nothing of Node': [
    ['packages/protocol/src/a.ts', `import { readFile } from 'node:fs/promises'`],
    ['packages/client/src/a.ts', `export const x = Buffer.from('x')`],
    ['packages/client/src/a.ts', `export const x = () => process.platform`],
    ['packages/web/src/a.ts', `import type { Server } from 'node:http'`],
  ],
  'pg and react stay in their places': [
    ['packages/server/src/store/a.ts', `import type { Pool } from 'pg'`],
    ['packages/server/src/a2a/a.ts', `import pg from 'pg'`],
    ['packages/cli/src/a.ts', `import { useState } from 'react'`],
  ],
  'arrows inside the server point downwards': [
    ['packages/server/src/store/a.ts', `import { x } from '../operations/b.ts'`],
    ['packages/server/src/a2a/a.ts', `import { x } from '../api/tasks/b.ts'`],
    ['packages/server/src/auth/a.ts', `import { x } from '../operations/b.ts'`],
    ['packages/server/src/background/a.ts', `import { x } from '../http/b.ts'`],
    ['packages/server/src/background/a.ts', `import { x } from '../a2a/b.ts'`],
    ['packages/server/src/db/a.ts', `import type { Row } from '../store/b.ts'`],
    ['packages/server/src/config/a.ts', `const x = await import('../http/app.ts')`],
    ['packages/server/src/a2a/methods/a.ts', `import { makeContext } from '../../context.ts'`],
    ['packages/server/src/http/a.ts', `import { openContext } from '../open-context.ts'`],
    ['packages/server/src/open-context.ts', `import { app } from './http/app.ts'`],
    ['packages/server/src/misc/a.ts', `export const x = 1`],
  ],
  'requests go out through outbound/': [
    ['packages/server/src/present/a.ts', `const answer = await fetch('https://example.com/')`],
    ['packages/server/src/present/a.ts', `const { fetch: load } = globalThis\nconst b = globalThis.fetch`],
    ['packages/agents/src/a.ts', `const socket = new WebSocket('wss://example.com/')`],
    ['packages/server/src/background/a.ts', `import { type IncomingMessage, request } from 'node:http'`],
    ['packages/server/src/background/a.ts', `import { get as load } from 'node:https'`],
    ['packages/server/src/signing/a.ts', `import https from 'node:https'`],
    ['packages/server/src/signing/a.ts', `import * as net from 'node:net'`],
    ['packages/server/src/http/a.ts', `const { connect } = await import('node:tls')`],
    ['packages/server/src/http/a.ts', `import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'`],
  ],
  'only main.ts builds the context': [
    ['packages/server/src/http/app.ts', `import { createContext } from '../context.ts'`],
    ['packages/server/src/background/a.ts', `import { type Context } from '../context.ts'`],
  ],
  'SQL stands in store/ and db/': [
    ['packages/server/src/operations/a.ts', `const x = \`select id from tasks where id = \${id}\``],
    ['packages/server/src/a2a/a.ts', `const x = 'INSERT INTO tasks VALUES (1)'`],
    ['packages/server/src/http/a.ts', 'const x = `\n  update tasks set state = $1`'],
    ['packages/cli/src/a.ts', `const x = 'delete from tasks'`],
    ['packages/server/src/auth/a.ts', 'const x = `with due as (select 1) select * from due`'],
    ['packages/server/src/auth/a.ts', `const x = 'create role ct_app'`],
    ['packages/server/src/auth/a.ts', `const x = 'set local role ct_app'`],
  ],
  'one file per program reads process.env': [
    ['packages/server/src/main.ts', 'export const x = process.env.HOME'],
    ['packages/server/src/http/a.ts', `export const x = process['env']`],
    ['packages/server/src/http/a.ts', `const { env } = process`],
    ['packages/agents/src/a.ts', `import { env } from 'node:process'`],
    ['packages/cli/src/commands/a.ts', 'export const x = globalThis.process.env.HOME'],
  ],
  'nobody calls process.exit': [
    ['packages/cli/src/a.ts', 'process.exit(1)'],
    ['scripts/a.ts', `import { exit } from 'node:process'`],
    ['bench/a.ts', 'const stop = process.exit'],
  ],
  'there are no barrels': [
    ['packages/server/src/store/index.ts', `export * from './a.ts'\nexport { b } from './b.ts'`],
    ['packages/server/src/store/all.ts', `import { a } from './a.ts'\nexport { a }`],
  ],
  'files and functions are small': [
    ['packages/server/src/a.ts', 'g()\n'.repeat(401)],
    ['packages/server/src/a.ts', long(61)],
    ['tests/a.ts', `run('is long', ${long(70).replace('const f = ', '').trim()})`],
  ],
}

/** Files that look suspicious and are fine. */
const good: [path: string, text: string][] = [
  [
    'packages/server/src/outbound/a.ts',
    `import { request } from 'node:https'\nconst answer = fetch('https://example.com/')`,
  ],
  ['packages/server/src/db/a.ts', `import { Socket } from 'node:net'`],
  [
    'packages/server/src/sse.ts',
    `import { createServer, type ClientRequest } from 'node:http'\nimport { isIP } from 'node:net'`,
  ],
  ['packages/server/src/sse.ts', `const a = ctx.fetch()\nconst b = { fetch: 1 }\ntype C = typeof globalThis.fetch`],
  ['packages/client/src/a.ts', `const answer = await fetch('https://example.com/')`],
  [
    'packages/cli/src/a.ts',
    `const { x } = await import('@codetether/server/main')\nimport type { Y } from '@codetether/server/config/config'`,
  ],
  [
    'packages/protocol/src/a.ts',
    `import { z } from 'zod'\nimport { b } from './v03/b.ts'\nconst x = { process: 1, Buffer: 2 }`,
  ],
  ['packages/server/src/db/a.ts', `import pg from 'pg'\nconst x = 'create role ct_app'`],
  [
    'packages/server/src/store/a.test.ts',
    `import { x } from '../http/app.ts'\nimport pg from 'pg'\nconst y = 'select 1 from x'`,
  ],
  [
    'packages/server/src/operations/a.ts',
    `import type { Context } from '../context.ts'\nimport { x } from '../db/b.ts'\nimport { y } from '../ids.ts'`,
  ],
  ['packages/server/src/main.ts', `import { createContext } from './context.ts'`],
  [
    'packages/server/src/http/a.ts',
    `throw new Error('Select one from the list')\nconst a = 'update the page'\nconst b = 'with a token'`,
  ],
  ['packages/server/src/config/load-config.ts', `export const load = (env = process.env) => env`],
  [
    'packages/server/src/a.ts'.replace('a.ts', 'ids.ts'),
    `import { a } from './errors.ts'\nexport type { B } from './clock.ts'\nexport const c = a`,
  ],
  ['packages/cli/src/a.ts', `process.exitCode = 1\nconst wanted = { exit: 1 }`],
  ['packages/server/src/logger.ts', long(60)],
  ['packages/server/src/ids.ts', `export { uuidv7 as newId } from 'uuidv7'`],
  ['packages/server/src/main.ts', `import { openContext } from './open-context.ts'\nimport { x } from './http/app.ts'`],
]

for (const [name, samples] of Object.entries(bad)) {
  test(`the checker catches: ${name}`, () => {
    const rule = rules[name]
    assert.ok(rule)
    for (const [path, text] of samples)
      assert.notDeepEqual(rule(readSource(path, text)), [], `missed: ${path}\n${text.slice(0, 200)}`)
  })
}

test('the checker has a bad sample for every rule and lets good files pass', () => {
  assert.deepEqual(Object.keys(bad).sort(), Object.keys(rules).sort())
  for (const [path, text] of good)
    for (const rule of Object.values(rules)) assert.deepEqual(rule(readSource(path, text)), [], `${path}\n${text}`)
})

test('the checker of dead modules follows imports by path and by package, lazy ones and programs started by path', () => {
  const files: [path: string, text: string][] = [
    ['packages/cli/bin/go.js', `import '../src/cli.ts'`],
    ['packages/cli/src/cli.ts', `const x = await import('@codetether/server/a/main')`],
    ['packages/server/src/a/main.ts', `import { b } from '../b.ts'\nfork(new URL('./child.ts', import.meta.url))`],
    ['packages/server/src/a/child.ts', `export const x = 1`],
    ['packages/server/src/b.ts', `export { c } from './c.ts'`],
    ['packages/server/src/c.ts', ''],
    ['packages/server/src/dead.ts', `import './deader.ts'`],
    ['packages/server/src/deader.ts', ''],
    ['packages/server/src/dead.test.ts', `import './dead.ts'`],
  ]
  const read = files.map(([path, text]) => readSource(path, text))
  const dead = ['dead.ts', 'deader.ts', 'dead.test.ts'].map(name => `packages/server/src/${name}`)
  assert.deepEqual(unreached(read, ['packages/cli/bin/go.js']), dead)
})

test('the checker of manifests catches what is missing, extra or of another version', () => {
  const cli = {
    name: 'codetether',
    dependencies: { zod: '1', extra: '1', own: '1' },
    devDependencies: { '@codetether/x': '1', dev: '1' },
  }
  const x = { name: '@codetether/x', dependencies: { zod: '2', pino: '1' }, optionalDependencies: { maybe: '1' } }
  assert.deepEqual(bundleDifferences(cli, [x], new Set(['own'])), [
    'dependencies of codetether lack zod 2',
    'dependencies of codetether lack pino 1',
    'dependencies of codetether have extra, which nothing bundled needs',
    'optionalDependencies of codetether lack maybe 1',
  ])
  assert.equal(
    bundleDifferences(
      { name: 'c', dependencies: { zod: '2' } },
      [
        { name: 'a', dependencies: { zod: '1' } },
        { name: 'b', dependencies: { zod: '2' } },
      ],
      new Set(),
    ).length,
    1,
  )
  const source = readSource(
    'packages/cli/src/a.ts',
    `import 'zod/v4'\nimport 'dev'\nimport '@codetether/x/y'\nimport '@a/b/c'\nimport 'node:fs'`,
  )
  assert.deepEqual(undeclared(cli, [source], true), [
    'packages/cli/src/a.ts: dev is no dependency of codetether',
    'packages/cli/src/a.ts: @a/b is no dependency of codetether',
  ])
  assert.equal(undeclared(cli, [source], false).length, 3)
})
