import { mask } from './mask.ts'
import { peerCredentials } from './peer-credentials.ts'
import { list, settingFacts } from './setting-facts.ts'
import * as type from './setting-types.ts'

/** How the agents of this server ask agents elsewhere. */
export const peerSettings = {
  maxHops: type
    .wholeNumber(0, 100)
    .default(8)
    .register(settingFacts, {
      group: 'Outgoing requests',
      env: ['A2A_MAX_HOPS'],
      description: 'Over how many agents a message may come, so that agents which ask each other in a loop end.',
      show: config => String(config.peers.maxHops),
    }),
  peerTimeoutSeconds: type
    .wholeNumber(1, 86_400)
    .default(600)
    .register(settingFacts, {
      group: 'Outgoing requests',
      env: ['A2A_PEER_TIMEOUT_SECONDS'],
      description: 'How long an agent elsewhere has for its work, unless the agent that asks says otherwise.',
      show: config => String(config.peers.timeoutMs / 1000),
    }),
  peerCredentials: peerCredentials.optional().register(settingFacts, {
    group: 'Outgoing requests',
    env: ['A2A_PEER_CREDENTIALS'],
    description:
      'What agents elsewhere are told of who asks, by origin: https://agent.example=bearer:TOKEN, =basic:NAME:PASSWORD or =key:HEADER:KEY. No other origin gets it.',
    secret: true,
    security: true,
    show: config => list([...config.peers.credentials.keys()].map(origin => `${origin}=${mask}`)),
  }),
  peerRequireSigned: type.flagWord.default(false).register(settingFacts, {
    group: 'Outgoing requests',
    env: ['A2A_PEER_REQUIRE_SIGNED'],
    description: 'true: agents elsewhere are asked only if their card has a valid signature.',
    security: true,
    show: config => String(config.peers.requireSigned),
  }),
  peerCardKeys: type
    .commaList(type.text(1024))
    .default([])
    .register(settingFacts, {
      group: 'Outgoing requests',
      env: ['A2A_PEER_CARD_KEYS'],
      description: 'Files with sets of keys (JWKS) that are trusted to sign cards of agents elsewhere.',
      security: true,
      unset: 'the keys of the server that shows the card',
      show: config => list(config.peers.cardKeys),
    }),
}
