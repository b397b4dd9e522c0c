import type { LegacyA2AService } from '@a2a-js/sdk/compat/v0_3/server/grpc'

type LegacyPush = Parameters<typeof LegacyA2AService.getTaskPushNotificationConfig.responseSerialize>[0]

/** A push configuration in ProtoJSON of the v0.3 proto. */
export interface ProtoPush {
  name: string
  pushNotificationConfig: {
    url: string
    id?: string
    token?: string
    authentication?: { schemes: string[]; credentials?: string }
  }
}

/** A push configuration as the SDK's object (A2A v0.3 §6.10). */
export const toLegacyPush = ({
  name,
  pushNotificationConfig: { authentication, ...config },
}: ProtoPush): LegacyPush => ({
  name,
  pushNotificationConfig: {
    id: '',
    token: '',
    ...config,
    authentication: authentication && { credentials: '', ...authentication },
  },
})
