import { hkdfSync, randomBytes } from 'node:crypto'
import { chmod, link, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError } from '@codetether/protocol/errors'
import type { Log } from './address.ts'
import { ensureDataDir } from './data-dir.ts'
import { writeAtomic } from './write-atomic.ts'

const keyBytes = 32

/** A key of 32 bytes for one purpose. Knowing one says nothing about the secret or about another purpose's key. */
export const deriveKey = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, 'codetether', purpose, keyBytes))

/** The password of a database role. Every replica that has the secret derives the same one. */
export const derivePassword = (secret: string, role: string): string =>
  deriveKey(secret, `password:${role}`).toString('base64url')

export interface SecretSource {
  /** The value of CODETETHER_SECRET_KEY. */
  configured?: string | undefined
  dataDir: string
  log: Log
}

/** The master secret: the configured one, or the one that the data directory keeps from its first use on. */
export async function loadSecret({ configured, dataDir, log }: SecretSource): Promise<string> {
  if (configured !== undefined) return configured
  const path = join(dataDir, 'secret.key')
  const kept = (await readSecret(path, log)) ?? (await createSecret(dataDir, path))
  if (Buffer.from(kept, 'base64url').length < keyBytes) {
    throw new PlatformError('CONFLICT', `${path} does not hold a secret; restore it, or set CODETETHER_SECRET_KEY`)
  }
  return kept
}

async function readSecret(path: string, log: Log): Promise<string | null> {
  const found = await stat(path).catch(() => null)
  if (found === null) return null
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
    await chmod(path, 0o600)
    log(`${path} could be read by others; its permissions are 0600 now, consider a new secret`)
  }
  return (await readFile(path, 'utf8')).trim()
}

/** Two processes may get here at once: a link never replaces a file, so both end up with the first one's secret. */
async function createSecret(dataDir: string, path: string): Promise<string> {
  await ensureDataDir(dataDir)
  const draft = `${path}.${process.pid}-${randomBytes(6).toString('hex')}`
  try {
    await writeAtomic(draft, `${randomBytes(keyBytes).toString('base64url')}\n`)
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(draft, { force: true })
  }
  return (await readFile(path, 'utf8')).trim()
}
