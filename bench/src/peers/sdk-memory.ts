import { InMemoryTaskStore } from '@a2a-js/sdk/server'
import { servePeer } from './peer.ts'
import { startSdkServer } from './sdk-server.ts'

servePeer(() => startSdkServer(new InMemoryTaskStore()))
