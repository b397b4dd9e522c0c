import type { PushConfigRow } from '../store/push-configs.ts'

/** A TaskPushNotificationConfig of A2A v1.0 §4.3.1, without its token and credentials: nobody gets them back. */
export const presentPushConfig = ({ taskId, id, url, authScheme }: PushConfigRow) => ({
  id,
  taskId,
  url,
  ...(authScheme !== null && { authentication: { scheme: authScheme } }),
})
