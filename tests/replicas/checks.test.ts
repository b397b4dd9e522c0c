import assert from 'node:assert/strict'
import test from 'node:test'
import { orderOfBeginnings, overlaps, skippedAttempts, staleWrites, unlikeTheLog } from './checks.ts'
import type { Frame } from './reader.ts'
import type { Moment, Report } from './reports.ts'
import type { StampedEvent } from './stored.ts'

const event = (seq: number, more: Partial<StampedEvent> = {}): StampedEvent => ({
  ...{ taskId: 'a', seq, generation: seq, kind: 'artifact', state: null, actor: 'Steps', begins: null, stamp: null },
  text: '',
  ...more,
})
const begins = (seq: number, attempt: number) => event(seq, { kind: 'attempt', begins: attempt })
const written = (seq: number, stamp: number) => event(seq, { stamp })

test('what each attempt writes before the next one begins is not stale', () => {
  const log = [event(1), begins(2, 1), written(3, 1), begins(4, 2), event(5), written(6, 2)]
  assert.deepEqual([staleWrites(log), skippedAttempts(log)], [[], []])
})

test('what an attempt writes after the next one has begun is stale, even if nobody notices at the end', () => {
  const log = [begins(1, 1), begins(2, 2), written(3, 1), written(4, 2)]
  assert.deepEqual(staleWrites(log), ['a: event 3 of attempt 1 after attempt 2 began'])
})

test('what an attempt writes that never began is stale', () => {
  assert.deepEqual(staleWrites([written(1, 1)]), ['a: event 1 of attempt 1 after attempt 0 began'])
})

test('the attempts of one task say nothing about another one', () => {
  const log = [begins(1, 1), begins(2, 2), { ...begins(1, 1), taskId: 'b' }, { ...written(2, 1), taskId: 'b' }]
  assert.deepEqual([staleWrites(log), skippedAttempts(log)], [[], []])
})

test('attempts that leave a number out or repeat one are found', () => {
  assert.deepEqual(skippedAttempts([begins(1, 1), begins(2, 1), begins(3, 3)]), [
    'a: attempt 1 instead of 2',
    'a: attempt 3 instead of 2',
  ])
})

const frame = (id: number, text = `text ${id}`): Frame => ({ id, taskId: 'a', kind: 'artifact-update', text })
const log = [1, 2, 3].map(id => frame(id))

test('a reader that has had each frame of the log once is like it', () => {
  assert.deepEqual(
    unlikeTheLog(
      [1, 2, 3].map(id => frame(id)),
      log,
    ),
    [],
  )
})

for (const [what, frames, found] of [
  ['misses one', [frame(1), frame(3)], ['a: 2 is missing']],
  ['misses the last one', [frame(1), frame(2)], ['a: 3 is missing']],
  ['has one twice', [frame(1), frame(2), frame(2), frame(3)], ['a: 2 after 2']],
  ['has two in the wrong order', [frame(2), frame(1), frame(3)], ['a: 1 after 2']],
  [
    'has one with other words',
    [frame(1), frame(2, 'te t 2'), frame(3)],
    [`${JSON.stringify(frame(2, 'te t 2'))} instead of ${JSON.stringify(frame(2))}`],
  ],
  ['has one too many', [...log, frame(4)], [`${JSON.stringify(frame(4))} instead of undefined`]],
] as const)
  test(`a reader that ${what} is found`, () => {
    assert.deepEqual(unlikeTheLog(frames, log), found)
  })

const report = (text: string, moment: Moment, at: number, contextId = 'c'): Report => ({
  ...{ kind: 'report', moment, taskId: `task ${text}`, contextId, attempt: 1, text, at },
})

test('runs that follow each other do not overlap, however late the test hears of them', () => {
  const reports = [
    report('2', 'began', 3),
    report('2', 'is done', 4),
    report('1', 'began', 1),
    report('1', 'is done', 2),
  ]
  assert.deepEqual([overlaps(reports), orderOfBeginnings(reports)], [[], ['1', '2']])
})

test('a run that begins before the one before is done overlaps', () => {
  const reports = [
    report('1', 'began', 1),
    report('2', 'began', 2),
    report('1', 'is done', 3),
    report('2', 'is done', 4),
  ]
  assert.deepEqual(overlaps(reports), ['2 began while 1 was running'])
})

test('runs of two contexts may be under way at the same time', () => {
  const reports = [report('1', 'began', 1), report('2', 'began', 2, 'd'), report('1', 'is done', 3)]
  assert.deepEqual(overlaps(reports), [])
})

test('a run that its replica cannot finish is followed by another attempt, not by the next task', () => {
  const again = { ...report('1', 'began', 2), attempt: 2 }
  const lost = [report('1', 'began', 1), again, report('1', 'is done', 3), report('2', 'began', 4)]
  assert.deepEqual([overlaps(lost), orderOfBeginnings(lost)], [[], ['1', '2']])
  assert.deepEqual(overlaps([report('1', 'began', 1), report('2', 'began', 2)]), ['2 began while 1 was running'])
})
