import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { query } from '../event-log.ts'
import { startPlatform } from '../platform.ts'
import { active, both, busy, events, versions } from './support.ts'

for (const version of both)
  test(`a log from its beginning shows the caller's message, however many came after it, in v${version}`, async () => {
    await using platform = await startPlatform({ agents: [busy] })
    const { stream, message, open } = versions[version]
    const raw = Buffer.alloc(limits.inlineFileRowChars, 'x').toString('base64')
    const file = { '0.3': { kind: 'file', file: { bytes: raw } }, '1.0': { raw } }[version]
    const call = { method: stream, params: message('Busy', { parts: [file] }), headers: active(version) }
    const [created] = await Array.fromAsync(events(platform, call))
    const task = open(created?.result)
    await query(
      platform.database,
      `insert into task_messages (tenant_id, task_id, seq, message)
       select tenant_id, task_id, 1000 + n, '{"messageId": "m", "role": "agent", "parts": [{"text": "more"}]}'
       from task_messages, generate_series(1, $2::int) n where task_id = $1 and seq = 1`,
      [task.id, limits.historyLength],
    )
    const [again] = await Array.fromAsync(events(platform, call))
    assert.deepEqual(open(again?.result), task)
    assert.deepEqual([task.history.length, JSON.stringify(task.history).includes(raw)], [1, true])
  })
