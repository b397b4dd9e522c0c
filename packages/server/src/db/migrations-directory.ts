import { fileURLToPath } from 'node:url'

/** Where this program's migrations are. */
export const migrationsDirectory = fileURLToPath(new URL('../../migrations', import.meta.url))
