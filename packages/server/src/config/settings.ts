import { z } from 'zod'
import { busSettings } from './bus-settings.ts'
import { codebaseSettings } from './codebase-settings.ts'
import { grpcSettings } from './grpc-settings.ts'
import { httpSettings } from './http-settings.ts'
import { logSettings } from './log-settings.ts'
import { outboundSettings } from './outbound-settings.ts'
import { peerSettings } from './peer-settings.ts'
import { platformSettings } from './platform-settings.ts'
import { routingSettings } from './routing-settings.ts'
import { taskSettings } from './task-settings.ts'

/** Every setting of the server. What is not here is not read. */
export const Settings = z.object({
  ...httpSettings,
  ...grpcSettings,
  ...logSettings,
  ...platformSettings,
  ...busSettings,
  ...taskSettings,
  ...routingSettings,
  ...codebaseSettings,
  ...outboundSettings,
  ...peerSettings,
})

export type SettingValues = z.output<typeof Settings>
export type SettingKey = keyof SettingValues
