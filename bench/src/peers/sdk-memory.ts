import { InMemoryTaskStore } from '@a2a-js/sdk/server'
import { servePeer } from './peer.ts'
import { executorOf } from './sdk-executor.ts'
import { startSdkServer } from './sdk-server.ts'

servePeer(({ agent, allDoors }, orders) => startSdkServer(new InMemoryTaskStore(), executorOf(agent, orders), allDoors))
