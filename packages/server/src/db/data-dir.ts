import { chmod } from 'node:fs/promises'
import { makeDirectory } from './make-directory.ts'

/**
 * Creates the data directory, for its owner only. Root's may be passed through by others: PostgreSQL refuses to run as
 * root and reaches its own directory below it under another uid. What is secret in it has modes of its own.
 */
export async function ensureDataDir(dataDir: string): Promise<void> {
  if (await makeDirectory(dataDir)) await chmod(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700)
}
