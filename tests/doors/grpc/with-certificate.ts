import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import type { SelfSigned } from './self-signed.ts'

/** A certificate and its key in files, and the settings that name them. The files are removed at disposal. */
export async function withCertificate({
  cert,
  key,
}: SelfSigned): Promise<AsyncDisposable & { env: Record<string, string> }> {
  const directory = await temporaryDirectory()
  const env = {
    A2A_GRPC_TLS_CERT: join(directory.path, 'cert.pem'),
    A2A_GRPC_TLS_KEY: join(directory.path, 'key.pem'),
  }
  await writeFile(env.A2A_GRPC_TLS_CERT, cert)
  await writeFile(env.A2A_GRPC_TLS_KEY, key)
  return { env, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() }
}
