import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createGroupCommit } from './group-commit.ts'

/** Items `key:name`, whose groups end when the test says so. */
function openGroups({ most = 64 } = {}) {
  const begun: string[][] = []
  const ends: PromiseWithResolvers<void>[] = []
  const groups = createGroupCommit<string, string>({
    ...{ most, mostChars: 1_000, charsOf: item => item.length, keyOf: item => item.split(':')[0] ?? '' },
    async commit(_, items) {
      const end = Promise.withResolvers<void>()
      ends.push(end)
      begun.push([...items])
      await end.promise
      return items
    },
  })
  /** The end of the nth group, once it has begun. */
  const end = async (group: number) => {
    while (ends.length <= group) await turn()
    return ends[group]
  }
  return { begun, add: (item: string) => groups.add('tenant', item), end }
}

test('of a key only the first goes with a group; the others follow one by one, in their order', async () => {
  const { begun, add, end } = openGroups()
  const results = Promise.all(['a:1', 'b:1', 'a:2', 'a:3', 'c:1'].map(add))
  for (const group of [0, 1, 2]) (await end(group))?.resolve()
  assert.deepEqual(begun, [['a:1', 'b:1', 'c:1'], ['a:2'], ['a:3']])
  assert.deepEqual(await results, ['a:1', 'b:1', 'a:2', 'a:3', 'c:1'])
})

test('who waits for a key that is under way is passed by, and goes when that group has ended', async () => {
  const { begun, add, end } = openGroups()
  const first = add('a:1')
  const endOfFirst = await end(0)
  const others = Promise.all([add('a:2'), add('b:1')])
  const endOfSecond = await end(1)
  await turn()
  assert.deepEqual(begun, [['a:1'], ['b:1']])
  endOfFirst?.resolve()
  await first
  const endOfThird = await end(2)
  assert.deepEqual(begun, [['a:1'], ['b:1'], ['a:2']])
  endOfSecond?.resolve()
  endOfThird?.resolve()
  await others
})

test('who is left out of a full group keeps its place before those of the same key', async () => {
  const { begun, add, end } = openGroups({ most: 2 })
  const results = Promise.all(['a:1', 'b:1', 'c:1', 'c:2'].map(add))
  for (const group of [0, 1, 2]) (await end(group))?.resolve()
  assert.deepEqual(begun, [['a:1', 'b:1'], ['c:1'], ['c:2']])
  await results
})

test('a key is free again after a group that failed, and after each member that did', async () => {
  const { begun, add, end } = openGroups()
  const failed = Promise.allSettled([add('a:1'), add('b:1')])
  const next = add('a:2')
  for (const group of [0, 1, 2]) (await end(group))?.reject(new Error('cannot be stored'))
  assert.ok((await failed).every(({ status }) => status === 'rejected'))
  const last = await end(3)
  last?.resolve()
  assert.equal(await next, 'a:2')
  assert.deepEqual(begun, [['a:1', 'b:1'], ['a:1'], ['b:1'], ['a:2']])
})

test('what arrives while a group is young goes together when that one ends', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { begun, add, end } = openGroups()
  const first = add('a:1')
  const endOfFirst = await end(0)
  const others = Promise.all([add('b:1'), add('c:1')])
  await turn()
  assert.deepEqual(begun, [['a:1']])
  endOfFirst?.resolve()
  await first
  const endOfSecond = await end(1)
  assert.deepEqual(begun, [['a:1'], ['b:1', 'c:1']])
  endOfSecond?.resolve()
  await others
})

test('a group that takes long does not hold up the next one, and a full one waits for nobody', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { begun, add, end } = openGroups({ most: 2 })
  const first = add('a:1')
  const endOfFirst = await end(0)
  const second = add('b:1')
  t.mock.timers.tick(10)
  const endOfSecond = await end(1)
  const full = Promise.all([add('c:1'), add('d:1')])
  const endOfFull = await end(2)
  assert.deepEqual(begun, [['a:1'], ['b:1'], ['c:1', 'd:1']])
  for (const group of [endOfFirst, endOfSecond, endOfFull]) group?.resolve()
  await Promise.all([first, second, full])
})
