import { Buffer } from 'node:buffer'
import { gzipSync } from 'node:zlib'

/** An entry as it stands in the archive: nothing of it is checked. */
export interface TarEntry {
  path: string
  content?: string | Buffer
  /** The letter of ustar: 0 a file, 1 a hard link, 2 a symbolic link, 3 and 4 devices, 5 a directory, 6 a pipe. */
  type?: string
  target?: string
  mode?: number
  /** What the header says, instead of the truth. */
  size?: number
}

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`

function header({ path, content = '', type = '0', target = '', mode = 0o644, size }: TarEntry): Buffer {
  const block = Buffer.alloc(512)
  const bytes = size ?? Buffer.byteLength(content)
  block.write(path, 0, 100)
  block.write(octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(bytes, 12) + octal(0, 12), 100)
  block.write('        ', 148)
  block.write(type, 156)
  block.write(target, 157, 100)
  block.write('ustar\x0000', 257)
  block.write(
    octal(
      block.reduce((sum, byte) => sum + byte, 0),
      7,
    ),
    148,
  )
  return block
}

/** A tar.gz of any entries. */
export function tarOf(entries: readonly TarEntry[]): Buffer<ArrayBuffer> {
  const blocks = entries.flatMap(entry => {
    const content = Buffer.from(entry.content ?? '')
    return [header(entry), content, Buffer.alloc((512 - (content.length % 512)) % 512)]
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}
