import { generateKeyPairSync, sign } from 'node:crypto'

/** A certificate for localhost and its key, in PEM. */
export interface SelfSigned {
  cert: string
  key: string
}

/** One value in DER (X.690): its tag, its length and what it holds. */
function der(tag: number, ...contents: Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  const bytes: number[] = []
  for (let left = body.length; left > 0; left >>= 8) bytes.unshift(left & 0xff)
  const length = body.length < 0x80 ? [body.length] : [0x80 | bytes.length, ...bytes]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}

const sequence = (...contents: Uint8Array[]): Buffer => der(0x30, ...contents)
const integer = (value: number): Buffer => der(0x02, Buffer.from([value]))
const object = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const time = (date: string): Buffer => der(0x17, Buffer.from(date))

const ecdsaWithSha256 = sequence(object('2a8648ce3d040302'))
const commonName = sequence(der(0x31, sequence(object('550403'), der(0x0c, Buffer.from('localhost')))))
const names = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])))
const extensions = der(0xa3, sequence(sequence(object('551d11'), der(0x04, names))))

/** Makes a certificate (RFC 5280) that signs itself, with a new key. Node reads certificates, but makes none. */
export function selfSigned(): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const content = sequence(
    der(0xa0, integer(2)),
    integer(1),
    ecdsaWithSha256,
    commonName,
    sequence(time('200101000000Z'), time('491231235959Z')),
    commonName,
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions,
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, privateKey))
  const encoded = sequence(content, ecdsaWithSha256, signature).toString('base64')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${encoded.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
