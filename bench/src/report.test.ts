import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Figure } from './benchmark.ts'
import { belowBound, besidePeer } from './figures.ts'
import { jsonLines, table } from './report.ts'

const KEYS = ['bench', 'figure', 'unit', 'ours', 'peer', 'peerName', 'ratio', 'lo', 'hi', 'target', 'ok']

const faster = (target?: number): Figure =>
  besidePeer({
    ...{ bench: 'send', figure: 'requests/s', unit: '1/s', peerName: 'the SDK', better: 'higher' },
    ...{ ours: [5_000, 6_000, 5_500], peer: [1_000, 1_000, 1_100], ...(target === undefined ? {} : { target }) },
  })

const bounded = (ours: number[]): Figure =>
  belowBound({ bench: 'start', figure: 'first start', unit: 's', ours, bound: 4 })

test('a figure has the keys that readers of --json rely on, in their order', () => {
  for (const figure of [faster(), bounded([1])]) assert.deepEqual(Object.keys(figure), KEYS)
})

test('each figure is one line of JSON', () => {
  const lines = jsonLines([faster(4), bounded([2])])
    .trimEnd()
    .split('\n')
  assert.equal(lines.length, 2)
  assert.deepEqual(JSON.parse(lines[0] ?? ''), faster(4))
})

test('a ratio at or above its target is met, one below is missed', () => {
  assert.equal(faster(5.5).ok, true)
  assert.equal(faster(5.6).ok, false)
})

test('a figure without a target is always met', () => {
  assert.equal(faster().ok, true)
})

test('a bound is met by a median that does not exceed it, whatever single rounds do', () => {
  const met = bounded([1, 2, 8])
  assert.deepEqual([met.ok, met.peer, met.target, met.ratio, met.lo, met.hi], [true, null, 4, 2, 0.5, 4])
  assert.equal(bounded([5]).ok, false)
})

test('what costs nothing, or less, meets its bound with a ratio that JSON can hold', () => {
  assert.deepEqual([bounded([0]).ratio, bounded([-3]).ratio, bounded([-3]).ok], [1_000, 1_000, true])
})

test('the table names a missed target and aligns its columns', () => {
  const lines = table([faster(6), bounded([2])]).split('\n')
  assert.match(lines[1] ?? '', /requests\/s .*5,500 .*1,000 .*the SDK .*5\.50 × .*≥ 6 × +MISSED$/)
  assert.match(lines[2] ?? '', /first start .*≤ 4$/)
  assert.equal(lines[1]?.indexOf('≥ 6 ×'), (lines[0]?.indexOf('target') ?? 0) + 'target'.length - '≥ 6 ×'.length)
})
