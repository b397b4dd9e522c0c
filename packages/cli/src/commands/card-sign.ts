import { readCardKey } from '@codetether/server/signing/card-key'
import { signCard } from '@codetether/server/signing/sign-card'
import { exitCodes } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import type { Io, OutputOptions } from '../io.ts'
import { createOutput } from '../output.ts'
import { readFileText } from '../read-document.ts'
import { readSignableCard } from '../signable-card.ts'

export interface CardSignOptions extends OutputOptions {
  /** A file or a URL. */
  source: string
  /** File of the private key. */
  key: string
  kid?: string
  timeout?: number
}

/** Prints a card with one signature more, which is over its canonical form. Those that it has stay. */
export const cardSign = async ({ source, key: file, kid, timeout, ...rest }: CardSignOptions, io: Io) => {
  const output = createOutput(io, rest)
  const text = await readFileText(file)
  const key = await readCardKey(text, kid).catch((error: unknown) => {
    throw new UsageError(`the file ${file} ${error instanceof Error ? error.message : error}`)
  })
  const { privateKey } = key
  if (!privateKey) throw new UsageError(`the file ${file} is a public key, which cannot sign`)
  const card = await readSignableCard(source, { timeout }, io)
  const others = Array.isArray(card.signatures) ? card.signatures : []
  const signature = await signCard(card, { ...key, privateKey }).catch(() => {
    throw new UsageError(`${source} holds text that is no Unicode, which cannot be signed`)
  })
  const signed = { ...card, signatures: [...others, signature] }
  await output.result(signed, () => JSON.stringify(signed, null, 2))
  return exitCodes.ok
}
