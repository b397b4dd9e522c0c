import { createHash, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const prefix = 'ctw_'
const idBytes = 16
const secretBytes = 32
const form = /^ctw_[A-Za-z0-9_-]{86}$/

/** What the token of a worker says: whose it is, and the hash of a secret that only the worker has. */
export interface WorkerClaims {
  tenantId: string
  key: string
  /** SHA-256: a random secret of 256 bits needs no slow hash. */
  hash: Buffer
}

const hashOf = (secret: Buffer): Buffer => createHash('sha256').update(secret).digest()

const toBytes = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')

const toUuid = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** A secret for a worker. The token names the worker's key, so that the database finds it by that. */
export function newWorkerSecret(): { hash: Buffer; tokenFor(tenantId: string, key: string): string } {
  const secret = randomBytes(secretBytes)
  return {
    hash: hashOf(secret),
    tokenFor: (tenantId, key) =>
      prefix + Buffer.concat([toBytes(tenantId), toBytes(key), secret]).toString('base64url'),
  }
}

/** @returns null for what is no token of a worker by its form. */
export function readWorkerToken(token: string): WorkerClaims | null {
  if (!form.test(token)) return null
  const bytes = Buffer.from(token.slice(prefix.length), 'base64url')
  return {
    tenantId: toUuid(bytes.subarray(0, idBytes)),
    key: toUuid(bytes.subarray(idBytes, 2 * idBytes)),
    hash: hashOf(bytes.subarray(2 * idBytes, 2 * idBytes + secretBytes)),
  }
}

/** The token of a worker that a request carries, in the header in which this server expects tokens or as a bearer. */
export function workerTokenIn(headers: IncomingHttpHeaders, header: string): string | null {
  for (const value of [headers[header], headers.authorization]) {
    const token = typeof value === 'string' ? value.replace(/^Bearer +/i, '') : ''
    if (token.startsWith(prefix)) return token
  }
  return null
}
