import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { access } from './checks/access.ts'
import { card } from './checks/card.ts'
import { data } from './checks/data.ts'
import { errors } from './checks/errors.ts'
import { grpc } from './checks/grpc.ts'
import { jsonRpc } from './checks/json-rpc.ts'
import { listing } from './checks/listing.ts'
import { push } from './checks/push.ts'
import { rest } from './checks/rest.ts'
import { streams } from './checks/streams.ts'
import { tasks } from './checks/tasks.ts'
import { versions } from './checks/versions.ts'
import { renderConformancePage } from './page.ts'
import { outside } from './requirement.ts'
import { checksWithRequirements, shownBy, specifications } from './specifications.ts'

const fixtureOf = (version: string): URL =>
  new URL(`../../../shared/fixtures/a2a/requirements-v${version}.jsonl`, import.meta.url)

const page = new URL('../../docs/conformance.md', import.meta.url)

const Requirement = z.object({ n: z.int(), section: z.string(), level: z.string(), text: z.string() })

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)

for (const { version, rows } of specifications)
  describe(`the requirements of A2A ${version}`, () => {
    const skip =
      existsSync(fixtureOf(version)) || process.env.CI === 'true'
        ? false
        : 'the sentences are not beside the repository'

    test('are all in the table, each by its own sentence', { skip }, () => {
      const lines = readFileSync(fixtureOf(version), 'utf8').trim().split('\n')
      const asked = lines.map(line => Requirement.parse(JSON.parse(line))).filter(({ level }) => level !== 'MAY')
      assert.deepEqual(
        rows.map(([n, section, digest]) => [n, section, digest]),
        asked.map(({ n, section, text }) => [n, section, digestOf(text)]),
      )
    })

    test('stand in their order, each once, with a fragment of the sentence', () => {
      const numbers = rows.map(([n]) => n)
      assert.deepEqual(
        numbers,
        [...new Set(numbers)].sort((one, other) => one - other),
      )
      for (const [n, section, digest, words] of rows) {
        assert.match(section, /^\d+(?:\.\d+)*$/)
        assert.match(digest, /^[\da-f]{12}$/)
        assert.ok(words.length > 0 && words.length <= 36, `#${n}: a fragment, not the sentence`)
      }
    })
  })

test('every check shows a requirement, and no two have the same title', () => {
  const all = [access, card, data, errors, grpc, jsonRpc, listing, push, rest, streams, tasks, versions].flatMap(
    group => Object.values(group),
  )
  assert.deepEqual(new Set(checksWithRequirements().keys()), new Set(all))
  assert.equal(new Set(all.map(({ title }) => title)).size, all.length)
})

test('every reason for no check is one of the table', () => {
  const used = specifications.flatMap(({ rows }) => rows.flatMap(shownBy))
  for (const [name, reason] of Object.entries(outside)) assert.ok(used.includes(reason), `${name} is used nowhere`)
})

test('docs/conformance.md is what the tables say', () => {
  assert.equal(readFileSync(page, 'utf8'), renderConformancePage(), 'docs/conformance.md is stale: run `npm run docs`')
})
