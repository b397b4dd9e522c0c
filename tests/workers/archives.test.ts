import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { lstat, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { tarOf } from '@codetether/testing/tar-of'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { waitUntil } from '@codetether/testing/wait-until'
import { watchApps } from '../doors/routes.ts'
import { query } from '../event-log.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { type Runner, startRunner } from './runner.ts'
import { type Answer, call } from './worker-calls.ts'

const ada = 'token-of-ada-1234567890'
const bob = 'token-of-bob-1234567890'
const mebibyte = 1024 * 1024

const stack = new AsyncDisposableStack()
let platform: Platform
let server: Server
let tree: string
let runner: Runner
/** What the worker has. */
let owned: string

before(async () => {
  const env = { A2A_AUTH_TOKENS: `ada:${ada},bob:${bob}`, CODETETHER_ARCHIVE_MIB: '8' }
  platform = stack.use(
    await watchApps(
      app => {
        server = app.server
      },
      () => startPlatform({ env }),
    ),
  )
  tree = stack.use(await temporaryDirectory()).path
  const args = ['--codebases', `app:${tree}`, '--runtime', 'echo', '--token', ada]
  runner = stack.use(await startRunner(args, { url: platform.url }))
  const { codebases } = (await get('/v1/agent/codebases')).body
  owned = codebases[0].id
})
after(() => stack.disposeAsync())

const headers = (token: string) => ({ authorization: `Bearer ${token}` })
const get = (path: string, token = ada): Promise<Answer> => call(platform.url, path, { headers: headers(token) })
const post = (path: string, body: object = {}, token = ada): Promise<Answer> =>
  call(platform.url, path, { method: 'POST', body, headers: headers(token) })

const paths = ['/v1/agent/codebases', '/v1/agent/workspaces', '/v1/opencode/codebases', '/v1/opencode/workspaces']
const first = paths[0] ?? ''

const newCodebase = async (name: string): Promise<string> =>
  (await post(first, { name, path: `/srv/${crypto.randomUUID()}` })).body.id

const upload = (
  id: string,
  body: Exclude<RequestInit['body'], null | undefined>,
  { path = first, token = ada, type = 'application/gzip' } = {},
) =>
  fetch(`${platform.url}${path}/${id}/upload`, {
    method: 'POST',
    body,
    headers: { ...headers(token), 'content-type': type },
    duplex: 'half',
  })

const download = (id: string, more: Record<string, string> = {}, path = first) =>
  fetch(`${platform.url}${path}/${id}/download`, { headers: { ...headers(ada), ...more } })

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function sync(id: string, body: object = {}, path = first): Promise<string> {
  const answer = await post(`${path}/${id}/sync`, body)
  assert.deepEqual([answer.status, answer.body.pending], [202, true], JSON.stringify(answer.body))
  return answer.body.task_id
}

const whenDone = async (id: string, status: string): Promise<Answer['body']> =>
  waitUntil(`the task is ${status}`, async () => {
    const { body } = await get(`/v1/agent/tasks/${id}`)
    return body.status === status ? body : null
  })

test('an archive comes back as it was sent, piece by piece, under each name', async () => {
  const id = await newCodebase('large')
  assert.equal((await download(id)).status, 404)
  for (const path of paths) {
    const packed = gzipSync(randomBytes(3 * mebibyte + 17))
    const sent = await upload(id, packed, { path })
    assert.equal(sent.status, 201)
    const told = sha256(packed)
    const size = packed.length
    assert.deepEqual(await sent.json(), { success: true, codebase_id: id, workspace_id: id, bytes: size, sha256: told })
    const answer = await download(id, {}, path)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-length'), String(packed.length))
    assert.equal(answer.headers.get('content-type'), 'application/gzip')
    const etag = answer.headers.get('etag') ?? ''
    assert.equal(etag, `"${told}"`)
    assert.equal(sha256(await answer.bytes()), told)
    assert.equal((await download(id, { 'if-none-match': etag }, path)).status, 304)
    assert.equal((await get(`${path}/${id}`)).body.archive.sha256, told)
  }
  const rows = await query<{ n: number }>(
    platform.database,
    `select count(*)::int as n from archives where codebase_id = '${id}' and stale_at is null`,
  )
  assert.equal(rows[0]?.n, 1)
})

test('an upload that is too large, no gzip, of another type or broken off changes nothing', async () => {
  const id = await newCodebase('kept')
  const kept = gzipSync('kept')
  await upload(id, kept)
  const zeros = new Uint8Array(9 * mebibyte)
  zeros.set([0x1f, 0x8b])
  assert.equal((await upload(id, zeros)).status, 413)
  // Without a length it is counted as it comes.
  const endless = new ReadableStream({ pull: controller => controller.enqueue(zeros.slice(0, mebibyte)) })
  const counted = await upload(id, endless).then(
    answer => answer.status,
    () => 413,
  )
  assert.equal(counted, 413)
  assert.equal((await upload(id, 'no gzip')).status, 400)
  assert.equal((await upload(id, '')).status, 400)
  assert.equal((await upload(id, kept, { type: 'text/plain' })).status, 415)
  assert.equal((await upload(id, '{}', { type: 'application/json' })).status, 415)
  const stop = new AbortController()
  const broken = new ReadableStream({
    pull(controller) {
      controller.enqueue(kept)
      stop.abort()
    },
  })
  await assert.rejects(
    fetch(`${platform.url}${first}/${id}/upload`, {
      ...{ method: 'POST', body: broken, duplex: 'half', signal: stop.signal },
      headers: { ...headers(ada), 'content-type': 'application/gzip' },
    }),
  )
  assert.equal(sha256(await (await download(id)).bytes()), sha256(kept))
  await waitUntil('nothing of it is left', async () => {
    const rows = await query(platform.database, `select 1 from archives where codebase_id = '${id}'`)
    return rows.length === 1
  })
})

test('an archive may take longer than other requests to arrive', async () => {
  const id = await newCodebase('slow')
  const packed = gzipSync(randomBytes(100))
  const usual = server.requestTimeout
  server.requestTimeout = 1
  // Node has looked for requests that take too long, and found this one.
  const handled = Promise.withResolvers<void>()
  server.on('clientError', () => handled.resolve())
  const body = new ReadableStream({
    async pull(controller) {
      controller.enqueue(packed.subarray(0, 50))
      await handled.promise
      controller.enqueue(packed.subarray(50))
      controller.close()
    },
  })
  assert.equal((await upload(id, body)).status, 201)
  server.requestTimeout = usual
  assert.equal(sha256(await (await download(id)).bytes()), sha256(packed))
})

test('an archive is for whoever has registered the codebase', async () => {
  const id = await newCodebase('hers')
  await upload(id, gzipSync('hers'))
  assert.equal((await upload(id, gzipSync('his'), { token: bob })).status, 403)
  assert.equal((await get(`${first}/${id}/download`, bob)).status, 403)
  assert.equal((await post(`${first}/${id}/sync`, {}, bob)).status, 403)
  assert.equal((await upload(crypto.randomUUID(), gzipSync('x'))).status, 404)
  assert.equal((await upload('x', gzipSync('x'))).status, 404)
})

test('what is deleted has no archive, and its bytes go', async () => {
  const id = await newCodebase('gone')
  await upload(id, gzipSync(randomBytes(mebibyte)))
  await call(platform.url, `${first}/${id}`, { method: 'DELETE', headers: headers(ada) })
  assert.equal((await download(id)).status, 404)
  const rows = await query<{ due: boolean }>(
    platform.database,
    `select stale_at <= now() as due from archives where codebase_id = '${id}'`,
  )
  assert.deepEqual(rows, [{ due: true }])
})

test('a worker packs its tree, without what git keeps and what leads outside', async () => {
  await mkdir(join(tree, 'src/deep'), { recursive: true })
  await mkdir(join(tree, '.git'))
  await writeFile(join(tree, '.git/config'), 'private')
  await writeFile(join(tree, 'src/deep/a.txt'), 'as packed')
  await writeFile(join(tree, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 })
  await symlink('deep/a.txt', join(tree, 'src/inside'))
  await symlink('/etc/passwd', join(tree, 'absolute'))
  await symlink('../../outside', join(tree, 'src/upwards'))
  for (const path of paths) await whenDone(await sync(owned, { action: 'pack' }, path), 'completed')
  const bytes = await (await download(owned)).bytes()
  await using other = await temporaryDirectory()
  await using second = await startRunner(['--codebases', `copy:${other.path}`, '--runtime', 'echo', '--token', ada], {
    url: platform.url,
  })
  const { codebases } = (await get(first)).body
  const copy = codebases.find((codebase: { worker_id: string }) => codebase.worker_id === second.id).id
  assert.equal((await post(`${first}/${copy}/sync`, { action: 'unpack' })).status, 409)
  await writeFile(join(other.path, 'stays'), 'here before')
  assert.equal((await upload(copy, bytes)).status, 201)
  const { result } = await whenDone(await sync(copy, { action: 'unpack' }), 'completed')
  assert.match(result, /^Unpacked/)
  assert.equal(await readFile(join(other.path, 'src/deep/a.txt'), 'utf8'), 'as packed')
  assert.equal(await readFile(join(other.path, 'stays'), 'utf8'), 'here before')
  assert.equal(await readlink(join(other.path, 'src/inside')), 'deep/a.txt')
  assert.ok((await lstat(join(other.path, 'run.sh'))).mode & 0o100)
  for (const left of ['.git', 'absolute', 'src/upwards'])
    assert.equal(await lstat(join(other.path, left)).catch(() => null), null, left)
})

test('an archive that reaches out of the tree is refused by the worker, with the reason', async () => {
  await upload(
    owned,
    tarOf([
      { path: 'fine', content: 'x' },
      { path: '../escaped', content: 'x' },
    ]),
  )
  const { error } = await whenDone(await sync(owned, { action: 'unpack' }), 'failed')
  assert.match(error, /escaped.*leads out of the tree/)
  assert.equal(await lstat(join(tree, 'fine')).catch(() => null), null)
})

test('only the worker that holds the task reads and writes an archive for it', async () => {
  const registered = await post('/v1/agent/workers/register', { worker_id: 'other', name: 'other' })
  const lease = { 'x-task-id': crypto.randomUUID(), 'x-attempt': '1', 'x-lease-token': crypto.randomUUID() }
  const ask = (method: string, more: Record<string, string>, token = registered.body.worker_token) =>
    fetch(`${platform.url}/v1/worker/errands/archive`, {
      method,
      ...(method === 'PUT' && { body: gzipSync('x') }),
      headers: { ...headers(token), ...more, ...(method === 'PUT' && { 'content-type': 'application/gzip' }) },
    })
  for (const method of ['GET', 'PUT']) {
    assert.equal((await ask(method, lease)).status, 409)
    assert.equal((await ask(method, {})).status, 400)
    assert.equal((await ask(method, lease, ada)).status, 403)
  }
})

test('a pack that is canceled stores nothing, and the worker goes on', async () => {
  const { archive } = (await get(`${first}/${owned}`)).body
  runner.program.child.kill('SIGSTOP')
  const task = await sync(owned)
  assert.equal((await post(`/v1/agent/tasks/${task}/cancel`)).status, 200)
  runner.program.child.kill('SIGCONT')
  await writeFile(join(tree, 'new'), 'since then')
  assert.deepEqual((await get(`${first}/${owned}`)).body.archive, archive)
  await whenDone(await sync(owned), 'completed')
  assert.notEqual((await get(`${first}/${owned}`)).body.archive.sha256, archive.sha256)
})
