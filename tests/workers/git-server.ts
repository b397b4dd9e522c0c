import { execFile, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'

const run = promisify(execFile)

/** A git server over HTTP on this machine, with `repo.git` in it, that wants a password. */
export interface GitServer extends AsyncDisposable {
  url: string
  /** The values of `Authorization` that it was shown. */
  shown: string[]
  /** Requests wait until it is called; as long as it is null they do not. */
  hold: Promise<void> | null
}

const git = (cwd: string, ...args: string[]) =>
  run('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd })

async function makeRepository(root: string): Promise<void> {
  const work = join(root, 'work')
  await mkdir(work)
  await git(work, 'init', '-q', '-b', 'main')
  await writeFile(join(work, 'README'), 'on main\n')
  await git(work, 'add', '.')
  await git(work, 'commit', '-q', '-m', 'first')
  await git(work, 'checkout', '-q', '-b', 'feature/x')
  await writeFile(join(work, 'README'), 'on feature\n')
  await git(work, 'commit', '-q', '-a', '-m', 'second')
  await git(work, 'checkout', '-q', 'main')
  await git(root, 'clone', '-q', '--bare', work, join(root, 'repo.git'))
}

/** @param password that basic authentication has to show; null: anybody may read. */
export async function startGitServer(password: string | null): Promise<GitServer> {
  await using stack = new AsyncDisposableStack()
  const { path: root } = stack.use(await temporaryDirectory())
  await makeRepository(root)
  const served: GitServer = { url: '', shown: [], hold: null, [Symbol.asyncDispose]: () => owned.disposeAsync() }
  const server = createServer((request, response) => {
    void (async () => {
      await served.hold
      const { authorization } = request.headers
      if (authorization !== undefined) served.shown.push(authorization)
      const given = Buffer.from(authorization?.replace('Basic ', '') ?? '', 'base64').toString()
      const location = request.url?.replace('/moved.git', '/repo.git')
      if (location !== request.url) return response.writeHead(302, { location }).end()
      if (password !== null && given.split(':')[1] !== password)
        return response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('no')
      return serve(root, request, response)
    })()
  })
  stack.defer(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  served.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const owned = stack.move()
  return served
}

/** What `git http-backend` answers: headers as in CGI, then the body. */
function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '', 'http://localhost')
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  request.pipe(backend.stdin)
  backend.stdin.on('error', () => undefined)
  const parts: Buffer[] = []
  backend.stdout.on('data', (part: Buffer) => parts.push(part))
  backend.stdout.on('end', () => {
    const all = Buffer.concat(parts)
    const at = all.indexOf('\r\n\r\n')
    const headers = all.subarray(0, at).toString().split('\r\n')
    const status = headers.find(line => /^status:/i.test(line))?.slice(7)
    response.statusCode = Number.parseInt(status ?? '200', 10)
    for (const line of headers.filter(line => !/^status:/i.test(line))) {
      const [name = '', ...value] = line.split(': ')
      response.setHeader(name, value.join(': '))
    }
    response.end(all.subarray(at + 4))
  })
}
