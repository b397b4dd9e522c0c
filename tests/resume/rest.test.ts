import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { exchange } from '../doors/support.ts'
import { startPlatform } from '../platform.ts'
import { active, both, busy, generationKey, prune, versions } from './support.ts'

const platform = await startPlatform({ agents: [busy] })
after(() => platform[Symbol.asyncDispose]())

const last = 12
const prefix = { '0.3': '/v1', '1.0': '' }

for (const version of both)
  test(`over HTTP+JSON in v${version} a cursor that is gone is answered with 410 and the task as it is`, async () => {
    const { send, message, open } = versions[version]
    const at = `${platform.url}/a2a/rest${prefix[version]}`
    const created = await platform.rpc(send, message('Busy'), active(version))
    const { id } = open(created.result)
    await prune(platform, id, 5)
    const headers = active(version)
    const answer = await exchange(`${at}/tasks/${id}:subscribe?after=3`, { headers })
    assert.equal(answer.status, 410)
    const [info] = version === '1.0' ? answer.body.error.details : answer.body.data
    const { snapshot, ...metadata } = info.metadata
    assert.deepEqual(
      [info.reason, metadata],
      ['CURSOR_GONE', { taskId: id, cursor: 3, earliestCursor: 5, generation: last }],
    )
    assert.deepEqual(snapshot, (await exchange(`${at}/tasks/${id}`, { headers })).body)
    assert.equal(snapshot.metadata[generationKey], last)
    assert.equal(snapshot.status.state, 'TASK_STATE_COMPLETED')
    const follows = await exchange(`${at}/tasks/${id}:subscribe?after=5`, { headers })
    assert.match(follows.raw, /^id: 6\n/)
  })
