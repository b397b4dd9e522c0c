import { card } from '../checks/card.ts'
import { outside, type Row } from '../requirement.ts'

/** A2A v0.3.0 §5. */
export const section5: readonly Row[] = [
  [54, '5.1', 'de0d4d11d4e7', 'A2A Servers MUST make an', card.available],
  [55, '5.4', 'fbf73f059a87', 'If an Agent Card contains', card.tellsNoSecrets],
  [56, '5.4', '770f19d7f41f', 'It is generally NOT RECOMMENDED', card.tellsNoSecrets],
  [57, '5.5.5', 'b22e159714b6', 'The `transport` field SHOULD use', card.interfaces],
  [58, '5.5.5', '625b46a7efc2', 'Additional transport values MAY be', outside.bindings],
  [59, '5.6', '682874e272bb', 'The AgentCard MUST properly declare', outside.heading],
  [60, '5.6.1', 'b540a5ec07a0', 'Main URL requirement: The `url`', card.mainUrl],
  [61, '5.6.1', '61bbc570748b', 'Transport correspondence: The', card.mainUrl],
  [62, '5.6.1', 'f7b2486dfa79', 'Required declaration: The', card.mainUrl],
  [63, '5.6.1', '124aa8afdfd2', 'Transport availability: The main', card.mainUrl],
  [64, '5.6.2', 'f9fc7ab75445', 'URL uniqueness: Each', card.mainListed],
  [65, '5.6.2', '403039edf578', 'Transport declaration: Each', card.interfaces],
  [66, '5.6.2', 'ef63ef4401aa', 'Completeness: The', card.mainListed],
  [67, '5.6.3', 'e25966403553', 'Clients MUST follow these rules', outside.client],
  [68, '5.6.3', 'c4fc956934b0', 'Prefer declared preference: If the', outside.client],
  [70, '5.6.3', '4c44e295a162', 'Graceful degradation: Clients SHOULD', outside.client],
  [71, '5.6.3', '9f84205d0aa4', 'URL-transport matching: Clients MUST', outside.client],
  [72, '5.6.4', 'd000f177f817', 'Agent Cards MUST satisfy these', outside.heading],
  [73, '5.6.4', 'e38be625b6c1', 'Transport consistency: The', card.mainUrl],
  [74, '5.6.4', 'cea33daef0d0', 'Interface completeness: If', card.mainListed],
  [75, '5.6.4', '4de00a3bd949', 'No conflicts: The same URL', card.noConflicts],
  [76, '5.6.4', '9cee3c335026', 'Minimum transport requirement: The', card.interfaces],
]
