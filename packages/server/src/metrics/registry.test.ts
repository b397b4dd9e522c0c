import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Counter, Histogram } from './instruments.ts'
import { Registry } from './registry.ts'

test('families come in the order of their making, with help, type and labels escaped', async () => {
  const registry = new Registry()
  const counter = registry.add(new Counter({ name: 'calls_total', help: 'Two\nlines \\.', labels: ['who'] }))
  registry.add({ name: 'limit', help: 'Odd values.', type: 'gauge', samples: async () => [{ value: Infinity }] })
  counter.add({ who: 'a "b" \\ \n' })
  counter.add({ who: 'c' }, 2.5)
  counter.add({ who: 'c' })
  assert.equal(
    await registry.render(),
    [
      '# HELP calls_total Two\\nlines \\\\.',
      '# TYPE calls_total counter',
      'calls_total{who="a \\"b\\" \\\\ \\n"} 1',
      'calls_total{who="c"} 3.5',
      '# HELP limit Odd values.',
      '# TYPE limit gauge',
      'limit +Inf',
      '',
    ].join('\n'),
  )
})

test('a histogram counts each observation in all buckets that hold it', () => {
  const histogram = new Histogram({ name: 'size_bytes', help: 'Sizes.', bounds: [1, 10] })
  for (const value of [0, 1, 1.5, 10, 11]) histogram.observe({}, value)
  const seen = histogram.samples().map(({ suffix, labels, value }) => [suffix, labels?.le, value])
  assert.deepEqual(seen, [
    ['_bucket', '1', 2],
    ['_bucket', '10', 4],
    ['_bucket', '+Inf', 5],
    ['_sum', undefined, 23.5],
    ['_count', undefined, 5],
  ])
})

test('what has no labels is there from the start, at 0', () => {
  assert.deepEqual(new Counter({ name: 'a_total', help: 'A.' }).samples(), [{ labels: {}, value: 0 }])
  assert.deepEqual(new Counter({ name: 'a_total', help: 'A.', labels: ['b'] }).samples(), [])
})

test('label values that look alike when they are joined are kept apart', () => {
  const counter = new Counter({ name: 'a_total', help: 'A.', labels: ['x', 'y'] })
  counter.add({ x: 'a,', y: 'b' })
  counter.add({ x: 'a', y: ',b' })
  assert.equal(counter.samples().length, 2)
})

test('names that are malformed, misleading or taken are refused', () => {
  const registry = new Registry()
  const gauge = (name: string) => () => registry.add({ name, help: 'A.', type: 'gauge', samples: () => [] })
  assert.throws(gauge('Bad-name'), /no name/)
  assert.throws(gauge('things_total'), /no name for a gauge/)
  assert.throws(() => registry.add(new Counter({ name: 'things', help: 'A.' })), /no name for a counter/)
  gauge('things')()
  assert.throws(gauge('things'), /already/)
})
