import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FieldViolation, PlatformError } from '@codetether/protocol/errors'
import { ListParams, SendParams, TaskIdParams } from '@codetether/protocol/v03/params'
import { z } from 'zod'
import { parseParams } from './parse-params.ts'

const refusalOf = (schema: z.ZodType, params: unknown): PlatformError => {
  try {
    parseParams(schema, params)
  } catch (error) {
    if (error instanceof PlatformError) return error
    throw error
  }
  throw new Error('these params were accepted')
}

const violationsOf = (schema: z.ZodType, params: unknown): FieldViolation[] =>
  refusalOf(schema, params).details.fieldViolations ?? []

test('parameters that fit are read by their schema', () => {
  assert.deepEqual(parseParams(TaskIdParams, { task_id: 't' }), {
    taskId: 't',
    historyLength: undefined,
    oldShape: true,
  })
})

test('missing parameters are an empty object', () => {
  for (const params of [undefined, null, {}]) assert.equal(parseParams(ListParams, params).pageToken, '')
})

const message = { kind: 'message', role: 'user', messageId: 'm', parts: [{ kind: 'text', text: 'hello' }] }
const named: [what: string, schema: z.ZodType, params: unknown, fields: string[]][] = [
  ['nothing at all', SendParams, undefined, ['message']],
  ['a list', SendParams, [message], ['']],
  ['a string', SendParams, 'message', ['']],
  ['an empty key', SendParams, { '': message }, ['message']],
  ['parts that are missing', SendParams, { message: { ...message, parts: [] } }, ['message.parts']],
  ['a part', SendParams, { message: { ...message, parts: [message.parts[0], { kind: 'file' }] } }, ['message.parts.1']],
  ['several fields', TaskIdParams, { id: '', historyLength: -1 }, ['id', 'historyLength']],
]

for (const [what, schema, params, fields] of named)
  test(`the violations name their fields: ${what}`, () => {
    const { code, message: words, details } = refusalOf(schema, params)
    assert.equal(code, 'INVALID_PARAMS')
    assert.deepEqual(
      details.fieldViolations?.map(({ field }) => field),
      fields,
    )
    assert.ok(words.startsWith(`invalid params: ${fields[0] || 'params'}: `), words)
  })

const canary = 'canary-7b1e'
const bad: [what: string, schema: z.ZodType, params: unknown][] = [
  ['kind', SendParams, { message: { ...message, kind: canary } }],
  ['role', SendParams, { message: { ...message, role: canary } }],
  ['parts', SendParams, { message: { ...message, parts: canary } }],
  ['a part', SendParams, { message: { ...message, parts: [canary] } }],
  ['the kind of a part', SendParams, { message: { ...message, parts: [{ kind: canary, text: canary }] } }],
  ['bytes', SendParams, { message: { ...message, parts: [{ kind: 'file', file: { bytes: canary } }] } }],
  ['a uri', SendParams, { message: { ...message, parts: [{ kind: 'file', file: { uri: canary } }] } }],
  ['a long id', SendParams, { message: { ...message, messageId: canary.repeat(100) } }],
  ['blocking', SendParams, { message, configuration: { blocking: canary } }],
  ['a state', ListParams, { status: canary }],
  ['a page size', ListParams, { pageSize: canary }],
  ['a page token', ListParams, { pageToken: canary.repeat(100) }],
  ['a task id', TaskIdParams, { id: [canary] }],
]

for (const [what, schema, params] of bad)
  test(`no value is repeated: ${what}`, () => {
    const { message: words, details } = refusalOf(schema, params)
    assert.doesNotMatch(JSON.stringify([words, details]), new RegExp(canary))
  })

test('many violations, long names and long descriptions are cut', () => {
  const Many = z.record(z.string(), z.string({ error: 'x'.repeat(1_000) }))
  const violations = violationsOf(
    Many,
    Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`${i}`.repeat(500), i])),
  )
  assert.equal(violations.length, 20)
  for (const { field, description } of violations) assert.ok(field.length <= 256 && description.length <= 256)
})

test('what is too long or too short is told with its bound, in words', () => {
  const Sized = z.object({ text: z.string().max(3), list: z.array(z.int()).min(1), count: z.int().min(1).lt(10) })
  const described = (params: object) => violationsOf(Sized, params).map(({ description }) => description)
  assert.deepEqual(described({ text: 'abcd', list: [], count: 0 }), [
    'must have at most 3 characters',
    'must not be empty',
    'must be at least 1',
  ])
  assert.deepEqual(described({ text: 'abc', list: [1], count: 10 }), ['must be less than 10'])
  assert.match(
    refusalOf(Sized, { text: 'abcd', list: [1], count: 1 }).message,
    /^invalid params: text: must have at most/,
  )
})
