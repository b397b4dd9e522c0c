import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { PlatformError } from '@codetether/protocol/errors'
import { readCardKey } from '@codetether/server/signing/card-key'
import { exitCodes } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import type { Io, OutputOptions } from '../io.ts'
import { createOutput } from '../output.ts'

export interface CardKeygenOptions extends OutputOptions {
  /** File of the new key. */
  out: string
  alg: 'ES256' | 'EdDSA'
}

/** Makes a private key for the signatures of cards. A file that is there is never replaced. */
export const cardKeygen = async ({ out, alg, ...rest }: CardKeygenOptions, io: Io): Promise<number> => {
  const output = createOutput(io, rest)
  const { privateKey } =
    alg === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  await writeFile(out, pem, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST')
      throw new PlatformError('CONFLICT', `${out} is there already: it may hold a key in use`)
    throw new UsageError(`the file ${out} cannot be written: ${error.code}`)
  })
  const { kid, publicJwk } = await readCardKey(pem)
  await output.result({ file: out, alg, kid, publicJwk }, () =>
    [`${out} holds the private key ${kid} (${alg})`, `sign the server's cards with it: A2A_CARD_KEYS=${out}`].join(
      '\n',
    ),
  )
  return exitCodes.ok
}
