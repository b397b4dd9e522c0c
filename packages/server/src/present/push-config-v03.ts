import type { PushConfigRow } from '../store/push-configs.ts'

/** A TaskPushNotificationConfig of A2A v0.3 §6.10, without its token and credentials: nobody gets them back. */
export const presentPushConfig = ({ taskId, id, url, authScheme }: PushConfigRow) => ({
  taskId,
  pushNotificationConfig: {
    id,
    url,
    ...(authScheme !== null && { authentication: { schemes: [authScheme] } }),
  },
})
