import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { createLogger, type LoggerOptions, withLogFields } from './logger.ts'

const canary = 'canary-6f1d2a90c4'

const capture = (options: Partial<LoggerOptions> = {}) => {
  const lines: string[] = []
  const stream = { write: (line: string) => void lines.push(line) }
  const log = createLogger({ level: 'trace', format: 'json', authHeader: 'X-Team-Pass', stream, ...options })
  return { log, lines, text: () => lines.join(''), last: () => JSON.parse(lines.at(-1) ?? 'null') }
}

test('a line has an ISO time, the level as a word and the message', () => {
  const { log, last } = capture()
  log.info({ port: 8000 }, 'listening')
  const { time, ...rest } = last()
  assert.deepEqual(rest, { level: 'info', port: 8000, msg: 'listening' })
  assert.equal(new Date(time).toISOString(), time)
})

test('lines of a piece of work have its fields, also those that it writes later, and no line has those of another', async () => {
  const { log, lines } = capture()
  const child = log.child({ part: 'child' })
  await withLogFields({ reqId: 'r-1' }, async () => {
    child.info({ more: 1 }, 'first')
    await Promise.resolve()
    withLogFields({ reqId: 'r-2' }, () => log.info('inner'))
    log.info('second')
  })
  log.info('outside')
  const seen = lines.map(line => JSON.parse(line)).map(({ msg, reqId, more, part }) => ({ msg, reqId, more, part }))
  assert.deepEqual(seen, [
    { msg: 'first', reqId: 'r-1', more: 1, part: 'child' },
    { msg: 'inner', reqId: 'r-2', more: undefined, part: undefined },
    { msg: 'second', reqId: 'r-1', more: undefined, part: undefined },
    { msg: 'outside', reqId: undefined, more: undefined, part: undefined },
  ])
})

const secretFields: Record<string, object> = {
  'an authorization header': { headers: { authorization: `Bearer ${canary}` } },
  'a header in other case': { headers: { Authorization: canary, 'X-API-Key': canary, 'Proxy-Authorization': canary } },
  cookies: { headers: { cookie: `sid=${canary}`, 'set-cookie': [canary] } },
  'the configured header': { headers: { 'x-team-pass': canary } },
  'keys in camel case': { accessToken: canary, clientSecret: canary, apiKey: canary, secretKey: canary },
  'keys in snake case': { lease_token: canary, api_key: canary, private_key: canary },
  'objects under a secret key': { credentials: { user: canary, nested: { more: canary } }, tokens: [canary] },
  'deep objects': { a: { b: [{ c: { password: canary } }] } },
  'an error’s own fields': { err: Object.assign(new Error('refused'), { config: { password: canary } }) },
  'an error’s cause': { err: new Error('refused', { cause: Object.assign(new Error('why'), { token: canary }) }) },
  'a bearer token in a text': { note: `sent Bearer ${canary}` },
  'a password in a URL': { err: new Error(`cannot connect to postgres://ada:${canary}@db/tasks`) },
  'a query parameter': { req: { method: 'GET', url: `/v1/tasks?page=2&access_token=${canary}` } },
}

for (const [what, fields] of Object.entries(secretFields)) {
  test(`${what}: the secret is masked in both formats, as fields and as bindings`, () => {
    for (const format of ['json', 'pretty'] as const) {
      const { log, lines, text } = capture({ format })
      log.info(fields, 'seen')
      log.child(fields).info('seen')
      assert.equal(lines.length, 2)
      assert.doesNotMatch(text(), new RegExp(canary))
      assert.match(text(), /••••/)
    }
  })
}

test('a secret in the message itself is masked', () => {
  const { log, text } = capture()
  log.info(`called with Authorization: Bearer ${canary}`)
  log.info('called with %s', `https://ada:${canary}@example.org/`)
  assert.doesNotMatch(text(), new RegExp(canary))
})

test('counts of tokens and plain words stay readable', () => {
  const { log, last } = capture()
  log.info({ usage: { inputTokens: 12 }, state: 'working' }, 'Basic arithmetic')
  assert.deepEqual(last().usage, { inputTokens: 12 })
  assert.equal(last().msg, 'Basic arithmetic')
})

test('an error keeps its type, stack, fields and causes', () => {
  const { log, last } = capture()
  const cause = Object.assign(new RangeError('too far'), { code: '22003' })
  log.error(new Error('cannot add', { cause }))
  const { err } = last()
  assert.equal(err.type, 'Error')
  assert.equal(err.message, 'cannot add')
  assert.match(err.stack, /logger\.test/)
  assert.equal(err.cause.type, 'RangeError')
  assert.equal(err.cause.code, '22003')
})

test('an aggregate error keeps its parts, and a cycle ends', () => {
  const { log, last } = capture()
  const error = new AggregateError([new Error('one'), new Error('two')], 'both')
  Object.assign(error, { self: error })
  log.error({ err: error })
  assert.deepEqual(
    last().err.errors.map((part: { message: string }) => part.message),
    ['one', 'two'],
  )
  assert.equal(last().err.self, '[above]')
})

test('a request is logged by method, path and address only', () => {
  const { log, last } = capture()
  const req = {
    method: 'POST',
    url: '/',
    host: 'localhost',
    ip: '127.0.0.1',
    headers: { authorization: canary },
    raw: {},
  }
  log.info({ req, res: { statusCode: 200, raw: {} } })
  assert.deepEqual(last().req, { method: 'POST', url: '/', host: 'localhost', remoteAddress: '127.0.0.1' })
  assert.deepEqual(last().res, { statusCode: 200 })
})

test('no character of a text steers the terminal of whoever reads the log', () => {
  const steering = 'a\u001b[31mb\u009b2Jc\u0085d\u0007e\rf\u007fg'
  for (const format of ['json', 'pretty'] as const) {
    const { log, text } = capture({ format })
    log.info({ req: { host: steering }, note: [steering] }, steering)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be there
    assert.doesNotMatch(text(), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  }
  const { log, last } = capture()
  log.info(`${steering}\\u0007`)
  assert.equal(last().msg, `${steering}\\u0007`)
})

test('the level decides what is written', () => {
  const { log, lines } = capture({ level: 'warn' })
  log.info('quiet')
  log.warn('loud')
  assert.equal(lines.length, 1)
})

test('pretty lines are for people: no JSON, no colours in a stream', () => {
  const { log, text } = capture({ format: 'pretty' })
  log.warn({ port: 8000 }, 'port taken')
  assert.match(text(), /WARN.*port taken.*\{"port":8000\}/)
  assert.equal(text().includes('\u001b'), false)
})

for (const format of ['json', 'pretty']) {
  test(`${format}: the last line before an abrupt end is written, and nothing keeps the process alive`, () => {
    const url = new URL('./logger.ts', import.meta.url).href
    const script = `const { createLogger } = await import(${JSON.stringify(url)})
      createLogger({ level: 'info', format: '${format}' }).info('last words')
      process.kill(process.pid, 'SIGKILL')`
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    assert.equal(run.signal, 'SIGKILL')
    assert.match(run.stdout, /last words/)
  })
}
