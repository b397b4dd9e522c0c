import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseProcessTimes, treeCpuMs } from './cpu.ts'
import { idleBetween, parseMachineTime } from './idle.ts'

test('a command with spaces and parentheses does not shift the fields of /proc/PID/stat', () => {
  const stat = '4711 (postgres: a (b) c) S 42 1 1 0 -1 4194560 100 0 0 0 7 5 3 1 20 0 1 0 100 0 0'
  assert.deepEqual(parseProcessTimes(stat), { parent: 42, cpuMs: 160 })
})

test('waiting for a disk counts as idle', () => {
  const start = parseMachineTime('cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 2 3 4\n')
  const end = parseMachineTime('cpu  150 0 100 740 110 0 0 0 0 0\n')
  assert.equal(idleBetween(start, end), 50)
})

test('a tree counts its root', { skip: process.platform !== 'linux' && 'reads /proc' }, async () => {
  const spent = await treeCpuMs(process.pid)
  assert.ok(spent > 0 && spent < 60_000)
})
