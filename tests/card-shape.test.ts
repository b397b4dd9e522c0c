import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type CardShape, cardShape } from '@codetether/protocol/v10/card-shape'

const published = new URL('../../shared/fixtures/a2a/a2a-v1.0.1.proto', import.meta.url)
const skip =
  existsSync(published) || process.env.CI === 'true' ? false : 'the published proto is not beside the repository'

interface Field {
  name: string
  type: string
  /** The type of the values, if it is a map. */
  values: string | undefined
  /** Its default value is as good as none: proto3 without `optional`, not REQUIRED, no message, in no oneof. */
  implicit: boolean
}

const camel = (name: string) => name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** The fields of every message of the proto. */
function readProto(text: string): Map<string, Field[]> {
  const plain = text.replaceAll(/\/\/.*$/gm, '')
  const names = new Set([...plain.matchAll(/^message (\w+)/gm)].map(([, name]) => name))
  const messages = new Map<string, Field[]>()
  for (const [, name = '', body = ''] of plain.matchAll(/^message (\w+) \{([\s\S]*?)^\}/gm)) {
    const oneof = /oneof \w+ \{([\s\S]*?)\}/.exec(body)?.[1] ?? ''
    const declared = /(optional |repeated )?(?:map<string, ([\w.]+)>|([\w.]+)) (\w+) = \d+( \[[^\]]*\])?;/g
    const fields = [...body.matchAll(declared)].map(([line, label, values, type = '', field = '', options = '']) => {
      const isMessage = names.has(type) || type.startsWith('google.')
      const hasPresence = label === 'optional ' || (isMessage && label !== 'repeated ') || oneof.includes(line)
      return { name: camel(field), type, values, implicit: !hasPresence && !options.includes('REQUIRED') }
    })
    messages.set(name, fields)
  }
  return messages
}

/** The shape of a message as the table should have it, in one form. */
function shapeIn(messages: ReadonlyMap<string, Field[]>, message: string): CardShape {
  const fields = (messages.get(message) ?? []).filter(({ type }) => type !== 'AgentCardSignature')
  const inner = fields.flatMap(({ name, type, values }) => {
    if (values !== undefined)
      return messages.has(values) ? [[name, { values: shapeIn(messages, values) }] as const] : []
    return messages.has(type) ? [[name, shapeIn(messages, type)] as const] : []
  })
  return bare({
    implicit: fields.filter(field => field.implicit).map(({ name }) => name),
    fields: Object.fromEntries(inner),
  })
}

/** Without what says nothing, in order. */
function bare({ implicit = [], fields = {}, values }: CardShape): CardShape {
  const inner = Object.entries(fields)
    .map(([name, shape]) => [name, bare(shape)] as const)
    .filter(([, shape]) => Object.keys(shape).length > 0)
  return {
    ...(implicit.length > 0 && { implicit: implicit.toSorted() }),
    ...(inner.length > 0 && { fields: Object.fromEntries(inner) }),
    ...(values && { values: bare(values) }),
  }
}

test('the fields that a signature leaves out are those of the published proto (§8.4.1)', { skip }, () => {
  const messages = readProto(readFileSync(published, 'utf8'))
  assert.ok(messages.size > 30)
  assert.deepEqual(bare(cardShape), bare(shapeIn(messages, 'AgentCard')))
})
