import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { LegacyA2AService } from '@a2a-js/sdk/compat/v0_3/server/grpc'
import { status } from '@grpc/grpc-js'
import { endOf, grpcClient, naming, path03, path10 } from '../doors/grpc/client.ts'
import { startPlatform } from '../platform.ts'
import { busy, prune, versions } from './support.ts'

const platform = await startPlatform({ agents: [busy], env: { A2A_GRPC_PORT: '0' } })
after(() => platform[Symbol.asyncDispose]())

const last = 12

for (const [version, path, request] of [
  ['1.0', path10('SubscribeToTask'), (id: string) => naming(id)],
  [
    '0.3',
    path03('TaskSubscription'),
    (id: string) => LegacyA2AService.taskSubscription.requestSerialize({ name: `tasks/${id}` }),
  ],
] as const)
  test(`over gRPC in v${version} a cursor that is gone is answered with OUT_OF_RANGE, never with a later frame`, async () => {
    using client = grpcClient(platform)
    const { result } = await platform.rpc('message/send', versions['0.3'].message('Busy'))
    await prune(platform, result.id, 5)
    const behind = (cursor: number) =>
      client.stream(path, request(result.id), { metadata: { 'last-event-id': `${cursor}` } })
    for (const cursor of [0, 4]) {
      const frames: Buffer[] = []
      const end = await endOf(behind(cursor).on('data', frame => frames.push(frame)))
      assert.deepEqual([frames, end.code, end.error?.reason], [[], status.OUT_OF_RANGE, 'CURSOR_GONE'])
      assert.deepEqual(end.error?.metadata, {
        taskId: result.id,
        cursor: `${cursor}`,
        earliestCursor: '5',
        generation: `${last}`,
      })
    }
    assert.equal((await behind(5).toArray()).length, last - 5)
  })
