import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { HeldLease } from '../held-lease.ts'
import type { SentReport } from '../worker-api.ts'
import { Outbox } from './outbox.ts'
import { Spool } from './spool.ts'

const lease = { task_id: crypto.randomUUID(), attempt: 1, lease_token: crypto.randomUUID() }

async function withOutbox(work: (outbox: Outbox, path: string) => Promise<void>, spoolBytes = 1_000_000) {
  await using directory = await temporaryDirectory()
  const spoolPath = join(directory.path, 'spool.jsonl')
  const held = new HeldLease(lease, 60, performance.now())
  const outbox = new Outbox({ lease: held, spoolPath, spoolBytes, onReady: () => undefined, onLost: () => undefined })
  await work(outbox, spoolPath)
  outbox.discard()
  assert.deepEqual(await readdir(directory.path), [])
}

/** The outbox of a later process. */
const nextOf = (spoolPath: string, spool: Spool) =>
  new Outbox(
    {
      lease: new HeldLease(lease, 60, performance.now()),
      spoolPath,
      spoolBytes: 1_000_000,
      onReady: () => undefined,
      onLost: () => undefined,
    },
    { spool, seq: spool.last?.worker_seq ?? 0 },
  )

/** Takes all that waits, as the server would. */
function takeAll(outbox: Outbox): SentReport[] {
  const reports: SentReport[] = []
  for (let report = outbox.head(); report; report = outbox.head()) {
    reports.push(report)
    outbox.taken({ task_id: lease.task_id, ok: true, state: 'working' }, performance.now())
  }
  return reports
}

const textOf = (reports: readonly SentReport[]) =>
  reports.flatMap(({ output = [] }) => output.map(o => o.text)).join('')
const numbersOf = (reports: readonly SentReport[]) => reports.map(({ worker_seq }) => worker_seq)

test('a report is the same until it is taken, and the end comes with the last output', () =>
  withOutbox(async outbox => {
    await outbox.add('stdout', 'a')
    await outbox.add('stdout', 'b')
    const first = outbox.head()
    await outbox.add('stderr', 'c')
    assert.equal(outbox.head(), first)
    const finished = outbox.finish({ status: 'completed', result: 'done' })
    const reports = takeAll(outbox)
    assert.deepEqual(numbersOf(reports), [1, 2])
    assert.equal(textOf(reports), 'abc')
    assert.deepEqual(reports[1]?.finish, { status: 'completed', result: 'done' })
    assert.equal((await finished)?.ok, true)
    assert.ok(outbox.isClosed)
  }))

test('whoever writes more than the server takes waits for it', () =>
  withOutbox(async outbox => {
    let written = 0
    const writing = (async () => {
      for (; written < 100; written++) await outbox.add('stdout', 'x'.repeat(10_000))
    })()
    await new Promise(setImmediate)
    assert.ok(written < 40, `${written} of 100 were accepted`)
    let chars = 0
    while (chars < 1_000_000) {
      chars += textOf(takeAll(outbox)).length
      await new Promise(setImmediate)
    }
    await writing
    assert.equal(chars, 1_000_000)
  }))

test('while the server is away nobody waits, and all comes in its order when it is back', () =>
  withOutbox(async (outbox, path) => {
    await outbox.add('stdout', '0 ')
    assert.ok(outbox.head())
    outbox.failed()
    for (let n = 1; n <= 10_000; n++) await outbox.add('stdout', `${n} `)
    assert.ok((await readFile(path)).length > 0)
    outbox.failed()
    await outbox.add('stdout', 'end')
    const reports = takeAll(outbox)
    assert.equal(textOf(reports), `${Array.from({ length: 10_001 }, (_, n) => `${n} `).join('')}end`)
    assert.deepEqual(
      numbersOf(reports),
      Array.from(reports, (_, index) => index + 1),
    )
  }))

test('what is too much while the server is away is counted in bytes', () =>
  withOutbox(async outbox => {
    await outbox.add('stdout', 'begin ')
    outbox.failed()
    for (let n = 0; n < 40; n++) await outbox.add('stdout', 'é'.repeat(10_000))
    const [first] = [outbox.head()]
    assert.equal(first?.worker_seq, 1)
    outbox.taken({ task_id: lease.task_id, ok: true, state: 'working' }, performance.now())
    await outbox.add('stdout', 'end')
    const text = textOf([...(first ? [first] : []), ...takeAll(outbox)])
    const [, dropped] = /\[(\d+) bytes of output were left out here/.exec(text) ?? []
    assert.equal([...text].filter(char => char === 'é').length * 2 + Number(dropped), 800_000)
    assert.match(text, /^begin .*\]\n.*end$/s)
  }, 200_000))

test('what is parked is read by the next process, without the line that it could not end', async () => {
  await withOutbox(async (outbox, path) => {
    await outbox.add('stdout', 'one')
    outbox.park()
    await writeFile(path, '{"worker_seq":2,"output":[{"stre', { flag: 'a' })
    const spool = Spool.open(path)
    assert.deepEqual(spool?.lease, lease)
    assert.equal(spool?.last?.worker_seq, 1)
    assert.deepEqual(spool?.first()?.output, [{ stream: 'stdout', text: 'one' }])
    spool?.shift()
    assert.equal(spool?.bytes, 0)
    spool?.remove()
  })
})

const kept = (seq: number) =>
  `${JSON.stringify({ worker_seq: seq, output: [{ stream: 'stdout', text: `${seq} ` }] })}\n`

for (const [what, line] of [
  ['no JSON', 'x\n'],
  ['no report', '{"worker_seq":"two"}\n'],
  ['nothing', '\n'],
] as const)
  test(`of what is parked, a line that is ${what} is cut off with all that follows it`, () =>
    withOutbox(async (_outbox, path) => {
      await writeFile(path, `${JSON.stringify(lease)}\n${kept(1)}${line}${kept(3)}`)
      const spool = Spool.open(path)
      assert.ok(spool)
      assert.equal(spool.last?.worker_seq, 1)
      assert.equal(await readFile(path, 'utf8'), `${JSON.stringify(lease)}\n${kept(1)}`)
      const next = nextOf(path, spool)
      const finished = next.resume({ status: 'released' })
      const reports = takeAll(next)
      assert.deepEqual([numbersOf(reports), textOf(reports)], [[1, 2], '1 '])
      assert.equal((await finished)?.ok, true)
    }))

test('a file that is spoiled while it is used ends its attempt, and nothing is sent in its place', () =>
  withOutbox(async (_outbox, path) => {
    await writeFile(path, `${JSON.stringify(lease)}\n${kept(1)}${kept(2)}`)
    const spool = Spool.open(path)
    assert.ok(spool)
    await writeFile(path, `${JSON.stringify(lease)}\n${'x'.repeat(kept(1).length - 1)}\n${kept(2)}`)
    const next = nextOf(path, spool)
    const finished = next.resume({ status: 'released' })
    assert.equal(next.head(), null)
    assert.equal(await finished, null)
    assert.ok(next.isClosed)
  }))

test('what the server refuses is told in its place', () =>
  withOutbox(async outbox => {
    await outbox.add('stdout', 'bad')
    void outbox.finish({ status: 'completed', result: 'worse' })
    assert.ok(outbox.head())
    outbox.refused('too strange')
    const [report] = takeAll(outbox)
    assert.equal(report?.worker_seq, 1)
    assert.deepEqual(report?.output, [
      { stream: 'system', text: '[3 characters of output were refused by the server: too strange]\n' },
    ])
    assert.equal(report?.finish?.status, 'failed')
  }))

test('where reports cannot be kept the attempt is lost, and nothing else', async () => {
  await using directory = await temporaryDirectory()
  const lost: string[] = []
  const outbox = new Outbox({
    lease: new HeldLease(lease, 60, performance.now()),
    spoolPath: join(directory.path, 'missing', 'spool.jsonl'),
    spoolBytes: 1_000_000,
    onReady: () => undefined,
    onLost: message => lost.push(message),
  })
  await outbox.add('stdout', 'a')
  const finished = outbox.finish({ status: 'completed' })
  assert.ok(outbox.head())
  outbox.failed()
  assert.match(lost.join(), /^reports cannot be kept: ENOENT/)
  assert.equal(await finished, null)
  assert.ok(outbox.isClosed)
})

test('of notes the last one counts, and while the server is away none goes to the file', () =>
  withOutbox(async (outbox, path) => {
    outbox.note({ progress: { percent: 1 } })
    outbox.checkpoint({ step: 1 })
    outbox.note({ progress: { percent: 2 }, session_id: 's' })
    const [first] = takeAll(outbox)
    assert.deepEqual(first?.progress, { percent: 2 })
    assert.deepEqual(first?.checkpoint, { seq: 1_000_000_001, data: { step: 1 } })
    assert.equal(first?.session_id, 's')
    await outbox.add('stdout', 'a')
    assert.ok(outbox.head())
    outbox.failed()
    for (let step = 2; step < 100; step++) outbox.checkpoint({ step, more: 'x'.repeat(10_000) })
    outbox.failed()
    assert.ok((await readFile(path)).length < 1_000)
    const reports = takeAll(outbox)
    assert.deepEqual(numbersOf(reports), [2, 3])
    assert.equal(reports[1]?.checkpoint?.seq, 1_000_000_099)
  }))
