import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, median, percentile, rounded, slope } from './statistics.ts'

test('the median of an odd number of values is the middle one', () => {
  assert.equal(median([9, 1, 5]), 5)
})

test('the median of an even number of values lies between the two in the middle', () => {
  assert.equal(median([4, 1, 3, 2]), 2.5)
})

test('the median leaves its values in their order', () => {
  const values = [3, 1, 2]
  median(values)
  assert.deepEqual(values, [3, 1, 2])
})

test('nothing has no median and no percentile', () => {
  assert.throws(() => median([]), /no values/)
  assert.throws(() => percentile([], 0.5), /no values/)
})

test('percentiles are values that occurred', () => {
  const values = Float64Array.from({ length: 100 }, (_, index) => index + 1)
  assert.equal(percentile(values, 0.5), 50)
  assert.equal(percentile(values, 0.99), 99)
  assert.equal(percentile(values, 1), 100)
  assert.equal(percentile([7], 0.5), 7)
})

test('where more is better, twice as much is a ratio of two', () => {
  assert.deepEqual(compare([200, 240, 220], [100, 120, 110], 'higher'), {
    ours: 220,
    peer: 110,
    ratio: 2,
    lo: 2,
    hi: 2,
  })
})

test('where less is better, half as much is a ratio of two', () => {
  assert.equal(compare([5], [10], 'lower').ratio, 2)
})

test('the ratio of the medians lies within the bounds of the rounds', () => {
  const { ratio, lo, hi } = compare([10, 30, 20], [5, 6, 20], 'higher')
  assert.equal(lo, 1)
  assert.equal(hi, 5)
  assert.ok(lo <= ratio && ratio <= hi)
})

test('rounds that have no counterpart are refused', () => {
  assert.throws(() => compare([1, 2], [1], 'higher'), /differ in number/)
})

test('numbers are rounded to four digits whatever their size', () => {
  assert.equal(rounded(12_345.678), 12_350)
  assert.equal(rounded(0.000123456), 0.0001235)
})

test('the slope of a line is found, and noise around it does not tilt it', () => {
  const line = [0, 1, 2, 3].map(x => [x, 5 + 3 * x] as const)
  assert.equal(slope(line), 3)
  const noisy = line.map(([x, y]) => [x, y + (x === 0 || x === 3 ? 1 : -1)] as const)
  assert.equal(slope(noisy), 3)
  assert.throws(() => slope([[1, 1]]), /two points/)
})
