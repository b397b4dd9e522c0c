import assert from 'node:assert/strict'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { runNode } from '../journeys/server-process.ts'
import { busServer, nats, redis } from './bus-server.ts'
import { localhostCertificate } from './localhost-certificate.ts'

const probe = fileURLToPath(new URL('tls-probe.ts', import.meta.url))

for (const kind of [redis, nats]) {
  test(`${kind.name}: TLS is spoken with who has a certificate that is trusted`, { skip: kind.peer.skip }, async () => {
    await using directory = await temporaryDirectory()
    const paths = { cert: join(directory.path, 'cert.pem'), key: join(directory.path, 'key.pem') }
    await writeFile(paths.cert, localhostCertificate.cert)
    await writeFile(paths.key, localhostCertificate.key)
    await chmod(paths.key, 0o600)
    await using server = await busServer(kind, { tls: paths })
    await server.start()
    const outcome = async (env: Record<string, string>) => {
      await using program = runNode([probe, server.url], { cwd: directory.path, env })
      await program.exited
      return program.output()
    }
    assert.match(await outcome({ NODE_EXTRA_CA_CERTS: paths.cert }), /^hello over TLS$/m)
    assert.match(await outcome({}), /self-signed certificate/)
  })
}
