import { chmod, mkdir } from 'node:fs/promises'

/**
 * Creates the data directory, for its owner only. Root's may be passed through by others: PostgreSQL refuses to run as
 * root and reaches its own directory below it under another uid. What is secret in it has modes of its own.
 */
export async function ensureDataDir(dataDir: string): Promise<void> {
  const created = await mkdir(dataDir, { recursive: true })
  if (created !== undefined) await chmod(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700)
}
